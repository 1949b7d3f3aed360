import type { Json } from '../domain/json.ts';
import type { Clock } from '../domain/time.ts';
import type { RedisTool } from '../remediation/tools.ts';
import { type Call, recordedCalls } from './call.ts';
import type { RedisConfig } from './config.ts';
import type { Connected } from './connected.ts';
import { ToolRefusal } from './error.ts';
import { redisConnection } from './redis-connection.ts';
import { scanKeys } from './redis-scan.ts';

const MAX_KEYS = 10_000;
const MAX_DELETED = 1_000;
const MAX_VALUE = 1_000_000;

/**
 * Plain keys of a managed Redis. Keys of BullMQ queues are refused for writing: those have an order of their own, which
 * `bullmq` keeps and a deleted list does not.
 */
export function connectRedis(config: RedisConfig, queuePrefix: string, clock: Clock): Connected<RedisTool> {
  const connection = redisConnection(config.url, config.timeout);
  const { timeout } = config;

  const refuseWrite = (keys: readonly string[]) => () => {
    for (const key of keys) {
      if (key === '' || /[*?[\]\\\s]/.test(key)) throw new ToolRefusal(`'${key}' is no single key`);
      if (key.startsWith(`${queuePrefix}:`)) throw new ToolRefusal(`'${key}' belongs to a queue; use the bullmq tool`);
    }
    if (keys.length > MAX_DELETED) throw new ToolRefusal(`${keys.length} keys at once; at most ${MAX_DELETED}`);
  };

  return {
    close: connection.close,
    open(scope) {
      const call: Call = recordedCalls('redis', scope, clock, [connection.password]);
      return {
        ping: () =>
          call({
            call: 'ping',
            args: {},
            timeout,
            async act(signal) {
              const client = await connection.ready(signal);
              const started = clock.now();
              await client.ping();
              return clock.now() - started;
            },
          }),
        get: (key) =>
          call({
            call: 'get',
            args: { key },
            timeout,
            act: async (signal) => await (await connection.ready(signal)).get(key),
          }),
        set: (key, value, expirySeconds) =>
          call<void>({
            call: 'set',
            args: { key, value, ...(expirySeconds === undefined ? {} : { expirySeconds }) },
            timeout,
            refuse() {
              refuseWrite([key])();
              if (value.length > MAX_VALUE) throw new ToolRefusal(`a value of ${value.length} characters`);
            },
            async act(signal) {
              const client = await connection.ready(signal);
              await (expirySeconds === undefined
                ? client.set(key, value)
                : client.set(key, value, 'EX', expirySeconds));
            },
          }),
        async del(...keys) {
          const { deleted } = await call({
            call: 'del',
            args: { keys },
            timeout,
            refuse: refuseWrite(keys),
            async act(signal) {
              const client = await connection.ready(signal);
              // What is deleted is lost, so its value goes into the evidence first.
              const before: Record<string, Json> = {};
              for (const key of keys) before[key] = await snapshot(client, key);
              return { deleted: keys.length === 0 ? 0 : await client.del(...keys), before };
            },
            evidence: (result) => result as Json,
          });
          return deleted;
        },
        scan: (pattern, limit) =>
          call({
            call: 'scan',
            args: { pattern, limit },
            timeout: timeout * 4,
            refuse() {
              if (limit < 1 || limit > MAX_KEYS) throw new ToolRefusal(`a limit of ${limit}; 1 to ${MAX_KEYS}`);
            },
            act: async (signal) => await scanKeys(await connection.ready(signal), pattern, limit, signal),
            evidence: (keys) => ({ count: keys.length, first: keys.slice(0, 20) }),
          }),
        ttl: (key) =>
          call({
            call: 'ttl',
            args: { key },
            timeout,
            act: async (signal) => await (await connection.ready(signal)).ttl(key),
          }),
        info: (section) =>
          call({
            call: 'info',
            args: { section },
            timeout,
            async act(signal) {
              const text = await (await connection.ready(signal)).info(section);
              const pairs = text.split(/\r?\n/).filter((line) => line.includes(':') && !line.startsWith('#'));
              return Object.fromEntries(
                pairs.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]),
              );
            },
          }),
      };
    },
  };
}

/** A text as it is; of everything else only what it is, because a large set has no place in the evidence. */
async function snapshot(
  client: { type(key: string): Promise<string>; get(key: string): Promise<string | null> },
  key: string,
): Promise<Json> {
  const type = await client.type(key);
  if (type === 'none') return null;
  return type === 'string' ? await client.get(key) : { type };
}
