import { once } from 'node:events';
import { Redis } from 'ioredis';
import type { Millis } from '../domain/time.ts';
import { ToolError } from './error.ts';

export interface RedisConnection {
  /** The client once it is connected. @throws ToolError, soon, where Redis cannot be reached. */
  ready(signal: AbortSignal): Promise<Redis>;
  /** The password of the URL, to be kept out of the evidence; empty where there is none. */
  readonly password: string;
  close(): Promise<void>;
}

/**
 * One connection to a managed Redis, made when it is first needed. It fails fast: nothing is queued while Redis is
 * away, because a remediation of Redis itself must learn of that within seconds and not hang behind a queue of retries.
 */
export function redisConnection(url: string, timeout: Millis): RedisConnection {
  let client: Redis | null = null;
  let lastError: Error | null = null;

  const connect = (): Redis => {
    const fresh = new Redis(url, {
      lazyConnect: true,
      enableOfflineQueue: false,
      // Zero would mean to fail at the first lost connection, even for reads; ioredis repeats what was not answered.
      maxRetriesPerRequest: 1,
      connectTimeout: Math.min(timeout, 5_000),
      commandTimeout: timeout,
      retryStrategy: (times) => Math.min(times * 100, 1_000),
      connectionName: 'remedyd',
    });
    // Without a listener ioredis prints to the console; the caller gets the error anyway.
    fresh.on('error', (error: Error) => {
      lastError = error;
    });
    return fresh;
  };

  return {
    password: decodeURIComponent(new URL(url).password),
    async ready(signal) {
      client ??= connect();
      if (client.status === 'ready') return client;
      try {
        if (client.status === 'wait' || client.status === 'end') await client.connect();
        else await once(client, 'ready', { signal: AbortSignal.any([signal, AbortSignal.timeout(timeout)]) });
      } catch (error) {
        signal.throwIfAborted();
        const because = lastError ?? (error as Error);
        throw new ToolError(`Redis cannot be reached: ${because.message || because.name}`, { cause: error });
      }
      return client;
    },
    async close() {
      client?.disconnect();
      client = null;
    },
  };
}
