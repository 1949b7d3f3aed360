import { once } from 'node:events';
import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type RedisServer, startRedis } from '../../support/services/redis.ts';
import { type OpenToolbox, openToolbox } from '../../support/toolbox.ts';

let server: RedisServer;
let redis: Redis;
let box: OpenToolbox;
const closing: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  server = await startRedis();
  redis = new Redis(server.url, { maxRetriesPerRequest: null });
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});
beforeEach(async () => {
  await redis.flushall();
  box = openToolbox({ bullmq: { url: server.url } });
});
afterEach(async () => {
  await box[Symbol.asyncDispose]();
  for (const close of closing.splice(0).reverse()) await close();
});

/** As the application opens a queue whose name has colons. */
function split(full: string): { name: string; prefix: string } {
  const at = full.lastIndexOf(':');
  return at < 0 ? { name: full, prefix: 'bull' } : { name: full.slice(at + 1), prefix: `bull:${full.slice(0, at)}` };
}

function queue(full: string): Queue {
  const { name, prefix } = split(full);
  const opened = new Queue(name, { prefix, connection: redis });
  closing.push(() => opened.close());
  return opened;
}

/** A worker whose jobs are ended by the test. */
function worker(full: string, options: object = {}) {
  const { name, prefix } = split(full);
  const begun = Promise.withResolvers<string>();
  const gate = Promise.withResolvers<void>();
  const opened = new Worker(
    name,
    async (job) => {
      begun.resolve(job.id ?? '');
      await gate.promise;
    },
    { prefix, connection: redis, ...options },
  );
  opened.on('error', () => undefined);
  closing.push(async () => {
    gate.resolve();
    await opened.close(true);
  });
  return { worker: opened, begun: begun.promise, finish: gate.resolve };
}

/** The state that a worker leaves which died with a job in its hands. */
async function abandoned(full: string): Promise<string> {
  const { worker: dead, begun } = worker(full, { lockDuration: 100_000, stalledInterval: 100_000 });
  const id = await begun;
  await dead.close(true);
  await redis.del(`bull:${full}:${id}:lock`);
  return id;
}

describe.each(['churn', 'q:wa:phone_01', 'bronze:ingest:csv'])('the queue %s', (full) => {
  test('is counted as it is', async () => {
    const own = queue(full);
    await own.addBulk([
      { name: 'a', data: {} },
      { name: 'b', data: {} },
      { name: 'c', data: {}, opts: { delay: 60_000 } },
      { name: 'd', data: {}, opts: { priority: 3 } },
    ]);
    const counts = { wait: 2, active: 0, delayed: 1, failed: 0, prioritized: 1, completed: 0, paused: false };
    expect(await box.tools.bullmq.counts(full)).toEqual(counts);
    await own.pause();
    expect(await box.tools.bullmq.counts(full)).toEqual({ ...counts, paused: true });
  });

  test('shows its jobs oldest first, and never their data', async () => {
    const own = queue(full);
    await own.add('first', { iban: 'RO49AAAA1B31007593840000' });
    await own.add('second', { iban: 'RO49AAAA1B31007593840000' });
    const jobs = await box.tools.bullmq.jobs(full, 'wait', 10);
    expect(jobs.map((job) => job.name)).toEqual(['first', 'second']);
    expect(await box.tools.bullmq.jobs(full, 'wait', 1)).toHaveLength(1);
    expect(await box.tools.bullmq.jobs(full, 'wait', 0)).toEqual([]);
    expect(jobs[0]).toMatchObject({ attempts: 0, startedAt: null, failedReason: null, locked: false });
    expect(JSON.stringify([jobs, box.calls])).not.toContain('RO49');
  });

  test('knows its workers', async () => {
    expect(await box.tools.bullmq.workers(full)).toBe(0);
    const { worker: one } = worker(full);
    await one.waitUntilReady();
    expect(await box.tools.bullmq.workers(full)).toBe(1);
    const { worker: named } = worker(full, { name: 'second' });
    await named.waitUntilReady();
    expect(await box.tools.bullmq.workers(full)).toBe(2);
    expect(await box.tools.bullmq.workers(`${full}x`)).toBe(0);
  });

  test('puts failed jobs back to wait, only those that are named', async () => {
    const own = queue(full);
    const { name, prefix } = split(full);
    const failing = new Worker(name, () => Promise.reject(new Error('ETIMEDOUT')), { prefix, connection: redis });
    closing.push(() => failing.close());
    const jobs = await own.addBulk(['a', 'b', 'c'].map((one) => ({ name: one, data: {} })));
    await expect.poll(async () => (await box.tools.bullmq.counts(full)).failed).toBe(3);
    await failing.close();
    const [first = '', second = ''] = jobs.map((job) => job.id ?? '');
    const failed = await box.tools.bullmq.jobs(full, 'failed', 10);
    expect(failed.map((job) => job.failedReason)).toEqual(['ETIMEDOUT', 'ETIMEDOUT', 'ETIMEDOUT']);
    expect(await box.tools.bullmq.finished(full)).toBe(3);
    expect(await box.tools.bullmq.retry(full, [first, second, '4711'])).toBe(2);
    expect(await box.tools.bullmq.retry(full, [first])).toBe(0);
    expect(await box.tools.bullmq.counts(full)).toMatchObject({ wait: 2, failed: 1 });
  });

  test('recovers what a dead worker held, and not what a living one holds', async () => {
    const own = queue(full);
    await own.add('lost', {});
    const lost = await abandoned(full);
    await own.add('held', {});
    const { begun, finish } = worker(full, { stalledInterval: 100_000 });
    const held = await begun;
    expect(held).not.toBe(lost);
    const active = await box.tools.bullmq.jobs(full, 'active', 10);
    expect(active.map(({ id, locked }) => ({ id, locked }))).toEqual([
      { id: lost, locked: false },
      { id: held, locked: true },
    ]);
    await redis.del(`bull:${full}:stalled-check`);
    expect(await box.tools.bullmq.recoverStalled(full)).toEqual([lost]);
    expect((await box.tools.bullmq.jobs(full, 'active', 10)).map((job) => job.id)).toEqual([held]);
    finish();
    await expect.poll(() => own.getJobCounts('completed')).toEqual({ completed: 2 });
  });

  test('leaves the stalled check to workers that live, and answers with what they moved', async () => {
    const own = queue(full);
    await own.add('lost', {});
    const lost = await abandoned(full);
    await redis.del(`bull:${full}:stalled-check`);
    worker(full, { stalledInterval: 300 });
    await expect.poll(() => redis.exists(`bull:${full}:stalled-check`)).toBe(1);
    const moved = await box.tools.bullmq.recoverStalled(full);
    expect([[], [lost]]).toContainEqual(moved);
    await expect.poll(async () => (await box.tools.bullmq.jobs(full, 'active', 1))[0]?.locked).toBe(true);
  });

  test('takes a job away from a worker that hangs on it', async () => {
    const own = queue(full);
    await own.add('stuck', {});
    const { worker: hung, begun, finish } = worker(full);
    const id = await begun;
    const failed = once(hung, 'error');
    expect(await box.tools.bullmq.requeueActive(full, id)).toBe(true);
    expect(await box.tools.bullmq.counts(full)).toMatchObject({ wait: 1, active: 0 });
    // Its old worker cannot complete it any more: that would complete it twice.
    finish();
    await failed;
    await expect.poll(() => own.getJobCounts('completed', 'active', 'wait')).toMatchObject({ completed: 1, wait: 0 });
    expect(await box.tools.bullmq.requeueActive(full, id)).toBe(false);
    expect(await box.tools.bullmq.requeueActive(full, '4711')).toBe(false);
  });

  test('is paused and resumed', async () => {
    const own = queue(full);
    await box.tools.bullmq.pause(full);
    expect(await own.isPaused()).toBe(true);
    await box.tools.bullmq.resume(full);
    expect(await own.isPaused()).toBe(false);
  });

  test('is not changed by being looked at', async () => {
    await queue(full).add('a', {});
    const dump = async () => {
      const keys = (await redis.keys('*')).toSorted();
      return await Promise.all(keys.map(async (key) => [key, (await redis.dumpBuffer(key))?.toString('base64')]));
    };
    const before = await dump();
    await box.tools.bullmq.counts(full);
    await box.tools.bullmq.jobs(full, 'wait', 5);
    await box.tools.bullmq.finished(full);
    await box.tools.bullmq.workers(full);
    await box.tools.bullmq.requeueActive(full, '1');
    expect(await dump()).toEqual(before);
  });
});

test('jobs of a queue that BullMQ 5 paused are seen', async () => {
  await redis.rpush('bull:churn:paused', '1', '2');
  expect(await box.tools.bullmq.counts('churn')).toMatchObject({ wait: 2 });
});

test('a queue that nobody has is empty', async () => {
  expect(await box.tools.bullmq.counts('no:such:queue')).toMatchObject({ wait: 0, active: 0, failed: 0 });
  expect(await box.tools.bullmq.recoverStalled('nothing')).toEqual([]);
});

test.each(['', ':', 'a:', ':a', 'a::b', 'a b', 'a*', 'q:{x}', '../x', 'a\nb'])('refuses the name %j', async (name) => {
  await expect(box.tools.bullmq.counts(name)).rejects.toThrow('is no queue name');
});
