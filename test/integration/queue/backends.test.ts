import { Redis } from 'ioredis';
import { afterEach, describe, expect, inject, test } from 'vitest';
import { startRedis, takeRedisDatabase } from '../../support/services/redis.ts';
import { type Engine, FREE, MEND, rule, startEngine } from '../engine/engine.ts';

let engine: Engine | undefined;
afterEach(() => engine?.[Symbol.asyncDispose]());

const RULES = `rules:\n${rule('plain', 'thing:broken', MEND, FREE, 'escalate: { policy: oncall, after: 10m }')}`;

const start = async (queue: object) => {
  engine = await startEngine({ rules: RULES, config: { queue: { poll: '100ms', ...queue } } });
  return engine;
};

const event = ({ daemon }: Engine, things: readonly string[], status: 'firing' | 'resolved' = 'firing') =>
  daemon.event(things.map((thing) => ({ name: 'thing:broken', status, severity: 'HIGH', labels: { thing } })));

const names = (count: number) => Array.from({ length: count }, (_, i) => `t${i}`);

/** Heals them all, whatever `trouble` does in the middle of it. */
async function healAll(world: Engine, count: number, trouble: () => Promise<void> = async () => undefined) {
  const things = names(count);
  await event(world, things);
  await trouble();
  await world.daemon.until(
    'all to be mended',
    async () => things.every((id) => world.toy.thing(id).mended > 0),
    40_000,
  );
  await event(world, things, 'resolved');
  await world.daemon.until(
    'all to be healed',
    async () => (await world.daemon.incidents('state=healed')).length === count,
    40_000,
  );
  expect(things.map((id) => world.toy.thing(id).mended)).toEqual(things.map(() => 1));
}

describe.each(['postgres', 'redis'] as const)('on the %s backend', (backend) => {
  const backing = async () =>
    backend === 'redis' ? { backend, redis_url: await takeRedisDatabase(inject('redisUrl')) } : { backend };

  test('the whole path works', async () => {
    await healAll(await start(await backing()), 10);
  });

  test('P1: a queue that is emptied in the middle loses nothing', async () => {
    const queue = await backing();
    const world = await start(queue);
    await healAll(world, 30, async () => {
      if (backend === 'postgres') {
        const { db } = world.daemon;
        const job = await world.daemon.until('the queue to have its tables', async () => {
          const [table] = await db.query<{ name: string }>(
            `select format('%I.%I', schemaname, tablename) as name from pg_tables where tablename = 'job'`,
          );
          return table?.name;
        });
        await db.run(`delete from ${job}`);
      } else if ('redis_url' in queue) {
        const redis = new Redis(queue.redis_url);
        await redis.flushdb();
        redis.disconnect();
      }
    });
  }, 90_000);
});

describe('P2: Redis is taken away', () => {
  test('killed: the work is done directly, pages included, and /readyz says so', async () => {
    await using redis = await startRedis();
    const world = await start({ backend: 'redis', redis_url: redis.url });
    await redis.kill();
    world.toy.onMend = (_id, thing) => {
      thing.healthy = true;
      return 500;
    };
    await event(world, ['vase']);
    const handed = await world.daemon.untilState('thing:vase', ['escalated'], 30_000);
    await world.pagerduty.until(() => world.pagerduty.incident(handed.id)?.status === 'triggered', 15_000);
    const answer = await fetch(`${world.daemon.address}/readyz`);
    expect([answer.status, ((await answer.json()) as { failing: string[] }).failing]).toEqual([200, ['queue']]);
  }, 90_000);

  test('hanging: the same', async () => {
    await using redis = await startRedis();
    const world = await start({ backend: 'redis', redis_url: redis.url });
    redis.pause();
    world.toy.onMend = () => 500;
    await event(world, ['vase']);
    const handed = await world.daemon.untilState('thing:vase', ['escalated'], 40_000);
    await world.pagerduty.until(() => world.pagerduty.incident(handed.id)?.status === 'triggered', 20_000);
    redis.resume();
  }, 90_000);
});
