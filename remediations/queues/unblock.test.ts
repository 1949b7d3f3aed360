import { describe, expect, test } from 'vitest';
import { rehearsalClock } from '../../test/support/clock.ts';
import { crashEverywhere, probe, rehearse } from '../../test/support/rehearse.ts';
import type { SmallQueue } from '../../test/support/small-world/queues.ts';
import { smallQueues } from '../../test/support/small-world/queues.ts';
import { smallRedis } from '../../test/support/small-world/redis.ts';
import { smallServices } from '../../test/support/small-world/services.ts';
import unblock from './unblock.ts';

const QUEUE = 'bronze:ingest:csv';
const params = { queue: QUEUE };
const MINUTE = 60_000;

const settings = {
  services: { workers: { queues: [QUEUE, 'q:wa:phone_{01..03}'], max_instances: 3 } },
  queues: { backlog: 100 },
};

const jobs = (count: number) => Array.from({ length: count }, (_, i) => `job-${i}`);

/** One queue with a backlog and one service that serves it. */
function world(
  given: Partial<SmallQueue> = {},
  { restartHelps = true, requeueHelps = false, name = QUEUE, phone = 'ACTIVE' } = {},
) {
  const clock = rehearsalClock();
  const services = smallServices(clock);
  const queues = smallQueues(clock);
  const redis = smallRedis({ 'phone:status:phone_02': phone });
  services.set('workers', [{}]);
  const queue = queues.set(name, { waiting: jobs(500), ...given });
  services.onRestart('workers', () => {
    if (restartHelps) Object.assign(queue, { pace: 5, arrivals: 0, workers: 1 });
  });
  const { tool } = queues;
  const bullmq = {
    ...tool,
    async requeueActive(of: string, id: string) {
      const done = await tool.requeueActive(of, id);
      if (done && requeueHelps) queue.pace = 5;
      return done;
    },
  };
  const acts = () => [...queues.acts, ...services.acts];
  return {
    clock,
    services,
    queues,
    queue,
    acts,
    settings,
    tools: { bullmq, redis: redis.tool, services: services.tool },
  };
}

const stuck = (here: ReturnType<typeof world>, minutes: number) => {
  here.queue.active = [{ id: 'stuck', startedAt: here.clock.now() - minutes * MINUTE, locked: true }];
  return here;
};

describe('heals', () => {
  test('a queue whose workers are down', async () => {
    const here = world({ workers: 0 });
    here.services.set('workers', [{ state: 'errored', startedAt: null }]);
    const { outcome } = await rehearse(unblock, { params, ...here });
    expect(outcome).toEqual({ kind: 'applied' });
    expect(here.acts()).toEqual(['restart workers']);
  });

  test('a queue whose workers run and are not connected', async () => {
    const here = world({ workers: 0 });
    const { outcome } = await rehearse(unblock, { params, ...here });
    expect(outcome).toEqual({ kind: 'applied' });
    expect(here.acts()).toEqual(['restart workers']);
  });

  test('a queue whose workers take nothing', async () => {
    const here = world();
    const { outcome } = await rehearse(unblock, { params, ...here });
    expect(outcome).toEqual({ kind: 'applied' });
    expect(here.acts()).toEqual(['restart workers']);
  });

  test('a job that hangs, without a restart where that is enough', async () => {
    const here = stuck(world({}, { requeueHelps: true }), 6);
    const { outcome } = await rehearse(unblock, { params, ...here });
    expect(outcome).toEqual({ kind: 'applied' });
    expect(here.acts()).toEqual(['requeue stuck']);
  });

  test('a job that hangs and its worker with it', async () => {
    const here = stuck(world(), 6);
    const { outcome } = await rehearse(unblock, { params, ...here });
    expect(outcome).toEqual({ kind: 'applied' });
    expect(here.acts()).toEqual(['requeue stuck', 'restart workers']);
  });

  test('a queue that grows though its workers work, with one more of them', async () => {
    const here = world({ pace: 5, arrivals: 8 });
    const { outcome } = await rehearse(unblock, { params, ...here });
    expect(outcome).toEqual({ kind: 'applied' });
    expect(here.acts()).toEqual(['scale workers to 2']);
    expect(here.services.list('workers')).toHaveLength(2);
  });

  test.each([
    ['workers that are down', () => world({ workers: 0 })],
    ['a job that hangs', () => stuck(world(), 6)],
    ['a job that hangs, with a worker that goes on', () => stuck(world({}, { requeueHelps: true }), 6)],
    ['too few workers', () => world({ pace: 5, arrivals: 8 })],
  ])('%s: with the same acts, wherever the process dies', async (_, make) => {
    const { calm, points, different } = await crashEverywhere(async (crash) => {
      const here = make();
      const rehearsal = await rehearse(unblock, { params, ...here, ...(crash === undefined ? {} : { crash }) });
      return { rehearsal, world: { acts: here.acts(), outcome: rehearsal.outcome } };
    });
    expect(calm.outcome).toEqual({ kind: 'applied' });
    expect(points).toBeGreaterThan(30);
    expect(different).toEqual([]);
  });

  test('never takes a job away from the worker that has taken it anew, wherever the process dies', async () => {
    const { calm, different } = await crashEverywhere(async (crash) => {
      const here = stuck(world({}, { requeueHelps: true }), 6);
      const { bullmq } = here.tools;
      const requeueActive: typeof bullmq.requeueActive = async (queue, id) => {
        const done = await bullmq.requeueActive(queue, id);
        here.queue.waiting = here.queue.waiting.filter((one) => one !== id);
        here.queue.active = [{ id, startedAt: here.clock.now(), locked: true }];
        return done;
      };
      const tools = { ...here.tools, bullmq: { ...bullmq, requeueActive } };
      const rehearsal = await rehearse(unblock, { params, ...here, tools, ...(crash === undefined ? {} : { crash }) });
      return { rehearsal, world: here.acts() };
    });
    expect(calm).toEqual(['requeue stuck']);
    expect(different).toEqual([]);
  });
});

describe('does nothing', () => {
  test('to an empty queue', async () => {
    const here = world({ waiting: [] });
    expect((await rehearse(unblock, { params, ...here })).outcome).toMatchObject({ kind: 'noop' });
  });

  test('to a queue that is worked off', async () => {
    const here = world({ waiting: jobs(50), pace: 1 });
    const { outcome } = await rehearse(unblock, { params, ...here });
    expect(outcome).toMatchObject({ kind: 'noop', why: expect.stringContaining('is worked off') });
  });

  test('to the queue of a phone that is away', async () => {
    const here = world({}, { name: 'q:wa:phone_02', phone: 'OFFLINE' });
    const { outcome } = await rehearse(unblock, { params: { queue: 'q:wa:phone_02' }, ...here });
    expect(outcome).toMatchObject({ kind: 'noop', why: expect.stringContaining('OFFLINE') });
    expect(here.acts()).toEqual([]);
  });

  test('while a job is active that does not hang yet, and looks again when it would', async () => {
    const here = stuck(world(), 3);
    const { outcome } = await rehearse(unblock, { params, ...here });
    expect(outcome).toMatchObject({ kind: 'wait' });
    const { until } = outcome as { until: number };
    expect(until - here.clock.now()).toBeGreaterThan(MINUTE);
    expect(until - here.clock.now()).toBeLessThan(2 * MINUTE + 2_000);
  });

  test('while its workers are just coming up', async () => {
    const here = world();
    here.services.set('workers', [{ startedAt: here.clock.now() - 3_000 }]);
    expect((await rehearse(unblock, { params, ...here })).outcome).toMatchObject({ kind: 'wait' });
    expect(here.acts()).toEqual([]);
  });

  test('while all instances that are allowed work a long queue off', async () => {
    const here = world({ pace: 5 });
    here.services.set('workers', [{}, {}, {}]);
    expect((await rehearse(unblock, { params, ...here })).outcome).toMatchObject({ kind: 'wait' });
  });
});

describe('leaves to a person', () => {
  test('a queue that is paused', async () => {
    const { outcome } = await rehearse(unblock, { params, ...world({ paused: true }) });
    expect(outcome).toMatchObject({ kind: 'handed-over', why: expect.stringContaining('paused') });
  });

  test('a queue of which nobody knows who serves it', async () => {
    const here = world({}, { name: 'nobody' });
    const { outcome } = await rehearse(unblock, { params: { queue: 'nobody' }, ...here });
    expect(outcome).toMatchObject({ kind: 'handed-over', why: expect.stringContaining('no service') });
  });

  test('a queue that grows with all workers that are allowed', async () => {
    const here = world({ pace: 5, arrivals: 8 });
    here.services.set('workers', [{}, {}, {}]);
    const { outcome } = await rehearse(unblock, { params, ...here });
    expect(outcome).toMatchObject({ kind: 'handed-over', why: expect.stringContaining('grows') });
    expect(here.acts()).toEqual([]);
  });

  test('a Redis that does not answer: nothing is done blindly', async () => {
    const here = world();
    const redis = { ...here.tools.redis, ping: () => Promise.reject(new Error('Redis cannot be reached')) };
    const { outcome } = await rehearse(unblock, { params, ...here, tools: { ...here.tools, redis } });
    expect(outcome).toMatchObject({ kind: 'failed', step: 'diagnose', why: 'Redis cannot be reached' });
    expect(here.acts()).toEqual([]);
  });
});

test('fails when nobody takes jobs even after the restart, and takes back no restart', async () => {
  const here = world({ workers: 0 }, { restartHelps: false });
  const { outcome } = await rehearse(unblock, { params, ...here });
  expect(outcome).toMatchObject({ kind: 'failed', step: 'settle', why: expect.stringContaining('Nobody takes jobs') });
  expect(here.acts()).toEqual(['restart workers']);
});

describe('is verified by', () => {
  test.each<[string, Partial<SmallQueue>, number | undefined, boolean]>([
    ['a short queue that moves', { waiting: jobs(20), pace: 1 }, undefined, true],
    ['an empty queue', { waiting: [] }, undefined, true],
    ['a long queue that moves', { waiting: jobs(500), pace: 1 }, undefined, false],
    ['a long queue under the threshold of its alert', { waiting: jobs(500), pace: 1 }, 1_000, true],
    ['a short queue that stands', { waiting: jobs(20) }, undefined, false],
    ['a short queue that grows', { waiting: jobs(20), pace: 1, arrivals: 3 }, undefined, false],
    ['a paused queue', { waiting: [], paused: true }, undefined, false],
  ])('%s', async (_, queue, threshold, healthy) => {
    const here = world(queue);
    const given = threshold === undefined ? params : { ...params, threshold };
    expect(await probe(unblock, { params: given, ...here })).toMatchObject({ healthy });
  });
});

test.each([
  ['a pattern', { queue: 'q:wa:*' }],
  ['a command', { queue: 'churn; FLUSHALL' }],
  ['a line of Redis protocol', { queue: 'churn\r\nFLUSHALL' }],
  ['a path', { queue: '../churn' }],
  ['half a name', { queue: 'bronze:' }],
  ['a parameter that nobody asked for', { ...params, drain: true }],
])('refuses %s', (_, wrong) => {
  expect(unblock.params.safeParse(wrong).success).toBe(false);
});
