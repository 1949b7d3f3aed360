import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Cerniq, startCerniq } from '../../support/cerniq/cerniq.ts';
import type { Service } from '../../support/cerniq/names.ts';
import { type PostgresServer, startPostgres } from '../../support/services/postgres.ts';
import { type RedisServer, startRedis } from '../../support/services/redis.ts';

let postgres: PostgresServer;
let redis: RedisServer;
let cerniq: Cerniq;

beforeAll(async () => {
  [postgres, redis] = await Promise.all([startPostgres(), startRedis()]);
  cerniq = await startCerniq({
    postgresUrl: await postgres.createDatabase(),
    redisUrl: await redis.takeDatabase(),
    reconnectTakes: 30,
  });
});
afterAll(async () => {
  await cerniq?.stop();
  await Promise.all([postgres?.stop(), redis?.stop()]);
});

const ANAF = 'silver:enrich:anaf-fiscal-status';
const soon = { timeout: 10_000 };
const restart = (service: Service) => cerniq.pm2?.run('restart', service, '--silent');

/** How many more are completed than `before`, and how many are not. */
async function progress(queue: string, before = 0): Promise<{ done: number; left: number }> {
  const { completed, waiting, active, delayed } = await cerniq.counts(queue);
  return { done: completed - before, left: waiting + active + delayed };
}
async function statusOf(service: Service): Promise<string | undefined> {
  return (await cerniq.state.processes()).find(({ name }) => name === service)?.status;
}

test('every queue of every service is worked off', async () => {
  for (const queue of ['bronze:ingest:csv', ANAF, 'silver:score:company', 'q:wa:phone_03']) {
    await cerniq.enqueue(queue, 5);
    await expect.poll(() => progress(queue), soon).toEqual({ done: 5, left: 0 });
  }
  expect(
    Number(await cerniq.redis.hget('cerniq:counters', 'cerniq_silver_enrichment_duration_seconds_count|anaf')),
  ).toBe(5);
  expect((await cerniq.state.phone('phone_03')).quota.used).toBe(7);
});

test('an import moves on with its rows', async () => {
  const { rows } = await cerniq.pool.query(
    "INSERT INTO bronze_import_batches (status, total_rows, started_at) VALUES ('processing', 4, now()) RETURNING id",
  );
  await cerniq.enqueue('bronze:ingest:xlsx', 4, { batchId: rows[0].id });
  const batch = async () =>
    (await cerniq.pool.query('SELECT status, progress_percent FROM bronze_import_batches WHERE id = $1', [rows[0].id]))
      .rows[0];
  await expect.poll(batch, soon).toEqual({ status: 'completed', progress_percent: 100 });
});

test('a hung worker looks well, does nothing, and is healed by a restart', async () => {
  await cerniq.faults.workerHangs('cerniq-workers-ingest');
  const { completed } = await cerniq.counts('bronze:ingest:csv');
  const [first = ''] = await cerniq.enqueue('bronze:ingest:csv', 3);
  await expect.poll(async () => (await cerniq.counts('bronze:ingest:csv')).active, soon).toBe(1);
  expect(await cerniq.redis.exists(`bull:bronze:ingest:csv:${first}:lock`)).toBe(1);
  expect(await statusOf('cerniq-workers-ingest')).toBe('online');
  expect(await progress('bronze:ingest:csv', completed)).toEqual({ done: 0, left: 3 });
  await restart('cerniq-workers-ingest');
  await expect.poll(() => progress('bronze:ingest:csv', completed), soon).toEqual({ done: 3, left: 0 });
});

test('a crashed worker is down until it is restarted, and a sticky fault outlives that', async () => {
  const back = await cerniq.faults.workerCrashes('cerniq-workers-scoring', { sticky: true });
  await expect.poll(() => statusOf('cerniq-workers-scoring'), soon).toBe('stopped');
  const { completed } = await cerniq.counts('silver:score:company');
  await cerniq.enqueue('silver:score:company', 2);
  await restart('cerniq-workers-scoring');
  await expect.poll(() => statusOf('cerniq-workers-scoring'), soon).toBe('stopped');
  expect(await progress('silver:score:company', completed)).toEqual({ done: 0, left: 2 });
  await back();
  await expect.poll(() => progress('silver:score:company', completed), soon).toEqual({ done: 2, left: 0 });
});

test('a slow worker takes its time', async () => {
  const back = await cerniq.faults.workerSlow('cerniq-workers-scoring', { ms: 60_000 });
  await cerniq.enqueue('silver:score:company', 1);
  await expect.poll(async () => (await cerniq.counts('silver:score:company')).active, soon).toBe(1);
  await back();
  const { completed } = await cerniq.counts('silver:score:company');
  await restart('cerniq-workers-scoring');
  await expect.poll(() => progress('silver:score:company', completed), soon).toEqual({ done: 1, left: 0 });
});

test('nothing is enriched while the breaker is stuck open, until its keys are deleted', async () => {
  await cerniq.faults.circuitStuckOpen('anaf');
  const { completed } = await cerniq.counts(ANAF);
  await cerniq.enqueue(ANAF, 3);
  await expect.poll(() => cerniq.redis.exists(`bull:${ANAF}:limiter`), soon).toBe(1);
  expect(await progress(ANAF, completed)).toEqual({ done: 0, left: 3 });
  await cerniq.redis.del('circuit:anaf:state', 'circuit:anaf:failures');
  await expect.poll(() => progress(ANAF, completed), soon).toEqual({ done: 3, left: 0 });
  await cerniq.redis.srem('cerniq:stuck-circuits', 'anaf');
});

test('a source that is down opens its breaker, which closes once the source is back', async () => {
  const back = await cerniq.faults.upstreamDown('anaf');
  await cerniq.enqueue(ANAF, 8);
  await expect.poll(() => cerniq.state.circuit('anaf'), soon).toBe('OPEN');
  expect((await cerniq.counts(ANAF)).failed).toBeGreaterThanOrEqual(5);
  await back();
  await expect.poll(() => cerniq.state.circuit('anaf'), soon).toBeNull();
  await expect.poll(async () => (await progress(ANAF)).left, soon).toBe(0);
});

test('jobs are delayed while the limit is used up', async () => {
  const back = await cerniq.faults.rateLimited('termene', new Date(Date.now() + 1_500));
  await cerniq.enqueue('silver:enrich:termene-company', 3);
  await expect.poll(async () => (await cerniq.counts('silver:enrich:termene-company')).delayed, soon).toBe(3);
  await expect.poll(() => progress('silver:enrich:termene-company'), soon).toEqual({ done: 3, left: 0 });
  await back();
});

test('a phone sends only while it is active and told to', async () => {
  const queue = 'q:wa:phone_07';
  await cerniq.faults.phoneDrops('phone_07');
  await cerniq.enqueue(queue, 3);
  const post = async (act: string) =>
    (
      await fetch(`${cerniq.url}/api/v1/outreach/phones/phone_07/${act}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${cerniq.adminToken}` },
      })
    ).status;
  expect(await post('reconnect')).toBe(202);
  await expect.poll(async () => (await cerniq.state.phone('phone_07')).status, soon).toBe('ACTIVE');
  expect(await progress(queue)).toEqual({ done: 0, left: 3 });
  expect(await post('resume')).toBe(200);
  await expect.poll(() => progress(queue), soon).toEqual({ done: 3, left: 0 });
});

test('the world survives an outage of Redis', async () => {
  await redis.kill();
  await redis.restart();
  const { completed } = await cerniq.counts('bronze:ingest:csv');
  await cerniq.enqueue('bronze:ingest:csv', 2);
  await expect.poll(() => progress('bronze:ingest:csv', completed), soon).toEqual({ done: 2, left: 0 });
});

test('nothing is left when it is stopped, not even when it never came up', async () => {
  const isAlive = async (pid: number) => {
    const { readFile } = await import('node:fs/promises');
    return (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')) !== '';
  };
  const pids = (await cerniq.state.processes()).map(({ pid }) => pid);
  await cerniq.stop();
  for (const pid of pids) expect(await isAlive(pid)).toBe(false);
  const doomed = startCerniq({ postgresUrl: cerniq.postgresUrl, redisUrl: cerniq.redisUrl, services: [] });
  await expect(doomed).rejects.toThrow(/already exists/);
});
