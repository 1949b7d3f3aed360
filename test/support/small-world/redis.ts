import type { RedisTool } from '../../../src/remediation/tools.ts';

export interface SmallRedis {
  readonly tool: RedisTool;
  readonly values: Map<string, string>;
  /** Seconds to live of keys that expire. */
  readonly ttls: Map<string, number>;
  readonly acts: string[];
}

export function smallRedis(given: Readonly<Record<string, string>> = {}): SmallRedis {
  const values = new Map(Object.entries(given));
  const ttls = new Map<string, number>();
  const acts: string[] = [];
  return {
    values,
    ttls,
    acts,
    tool: {
      ping: async () => 1,
      get: async (key) => values.get(key) ?? null,
      async set(key, value, expiry) {
        values.set(key, value);
        if (expiry !== undefined) ttls.set(key, expiry);
      },
      async del(...keys) {
        acts.push(`del ${keys.join(' ')}`);
        return keys.filter((key) => values.delete(key)).length;
      },
      scan: async (pattern, limit) => {
        const [head = ''] = pattern.split('*');
        return [...values.keys()].filter((key) => key.startsWith(head)).slice(0, limit);
      },
      ttl: async (key) => (values.has(key) ? (ttls.get(key) ?? -1) : -2),
      info: async () => ({}),
    },
  };
}
