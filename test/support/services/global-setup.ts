// Only a module that is imported can be added to.
import type {} from 'vitest';
import type { TestProject } from 'vitest/node';
import { type PostgresServer, startPostgres } from './postgres.ts';
import { type RedisServer, startRedis } from './redis.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** One Postgres for all tests of a project; take an own database with `createDatabase(url)`. */
    readonly postgresUrl: string;
    /** One Redis for all tests of a project; take an own database with `takeRedisDatabase(url)`. */
    readonly redisUrl: string;
  }
}

/** Starts what the tests of a project share. Outages are tested on servers of one's own, never on these. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const started = await Promise.allSettled([startPostgres(), startRedis()]);
  const [postgres, redis] = started;
  const stop = async () => {
    const servers = started.flatMap((one): (PostgresServer | RedisServer)[] =>
      one.status === 'fulfilled' ? [one.value] : [],
    );
    await Promise.all(servers.map((server) => server.stop()));
  };
  if (postgres.status === 'rejected' || redis.status === 'rejected') {
    await stop();
    throw new AggregateError(
      started.flatMap((one) => (one.status === 'rejected' ? [one.reason] : [])),
      'The servers that the tests share did not start',
    );
  }
  project.provide('postgresUrl', postgres.value.url);
  project.provide('redisUrl', redis.value.url);
  return stop;
}
