import { describe, expect, test } from 'vitest';
import { rehearsalClock } from '../../test/support/clock.ts';
import { crashEverywhere, probe, rehearse } from '../../test/support/rehearse.ts';
import { smallApi } from '../../test/support/small-world/api.ts';
import { smallQueues } from '../../test/support/small-world/queues.ts';
import { smallRedis } from '../../test/support/small-world/redis.ts';
import { smallServices } from '../../test/support/small-world/services.ts';
import restart from './restart.ts';

const params = { service: 'workers' };

const settings = {
  services: {
    workers: { queues: ['churn', 'q:wa:phone_01'] },
    api: { health: { api: 'cerniq', path: '/health' } },
  },
};

/** Two instances of workers that are down; a restart brings them back and they take jobs, unless it does not help. */
function world({ helps = true, phone = 'ACTIVE', state = 'errored' as const } = {}) {
  const clock = rehearsalClock();
  const services = smallServices(clock);
  const queues = smallQueues(clock);
  const redis = smallRedis({ 'phone:status:phone_01': phone });
  const cerniq = smallApi(() => [200, { status: 'healthy' }]);
  services.set('workers', [
    { state, startedAt: null },
    { state, startedAt: null },
  ]);
  const churn = queues.set('churn', { waiting: Array.from({ length: 500 }, (_, i) => `job-${i}`) });
  queues.set('q:wa:phone_01', { waiting: ['a', 'b'] }).pace = phone === 'ACTIVE' ? 1 : 0;
  services.onRestart('workers', () => {
    churn.pace = helps ? 1 : 0;
  });
  const tools = { services: services.tool, bullmq: queues.tool, redis: redis.tool, api: () => cerniq.tool };
  return { clock, services, queues, churn, tools, settings };
}

describe('heals', () => {
  test('workers that are down', async () => {
    const here = world();
    const { outcome, journal } = await rehearse(restart, { params, ...here });
    expect(outcome).toEqual({ kind: 'applied' });
    expect(here.services.acts).toEqual(['restart workers']);
    expect(journal.entries.find((row) => row.step === 'examine' && row.phase === 'ended')).toBeDefined();
    expect(await probe(restart, { params, ...here })).toMatchObject({ healthy: true });
  });

  test('workers that are up and take no job', async () => {
    const here = world();
    here.services.set('workers', [{}]);
    const { outcome } = await rehearse(restart, { params, ...here });
    expect(outcome).toEqual({ kind: 'applied' });
    expect(here.services.acts).toEqual(['restart workers']);
  });

  test('with one restart only, wherever the process dies', async () => {
    const { calm, different } = await crashEverywhere(async (crash) => {
      const here = world();
      const rehearsal = await rehearse(restart, { params, ...here, ...(crash === undefined ? {} : { crash }) });
      return { rehearsal, world: { acts: here.services.acts, outcome: rehearsal.outcome } };
    });
    expect(calm).toEqual({ acts: ['restart workers'], outcome: { kind: 'applied' } });
    expect(different).toEqual([]);
  });
});

describe('does nothing', () => {
  test('to a service that works', async () => {
    const here = world();
    here.services.set('workers', [{}, {}]);
    here.churn.pace = 1;
    const { outcome } = await rehearse(restart, { params, ...here });
    expect(outcome).toMatchObject({ kind: 'noop', why: expect.stringContaining('2 of 2 instances up') });
    expect(here.services.acts).toEqual([]);
  });

  test('to a service that another run has restarted since it was examined', async () => {
    const here = world();
    const mayChange = () => {
      void here.services.tool.restart('workers');
      return undefined;
    };
    const { outcome } = await rehearse(restart, { params, ...here, mayChange });
    expect(outcome).toEqual({ kind: 'applied' });
    // That other one's, and none of ours.
    expect(here.services.acts).toEqual(['restart workers']);
  });

  test('to a service that is just coming up, and looks again soon', async () => {
    const here = world();
    here.services.set('workers', [{ state: 'starting', startedAt: here.clock.now() - 5_000 }]);
    const { outcome } = await rehearse(restart, { params, ...here });
    expect(outcome).toMatchObject({ kind: 'wait', until: here.clock.now() + 30_000 });
    expect(here.services.acts).toEqual([]);
  });
});

describe('leaves to a person', () => {
  test.each(['postgres', 'redis'])('%s, unless the run was approved', async (service) => {
    const here = world();
    here.services.set(service, [{ state: 'errored', startedAt: null }]);
    const { outcome } = await rehearse(restart, { params: { service }, ...here });
    expect(outcome).toMatchObject({ kind: 'handed-over', why: expect.stringContaining('approved') });
    expect(here.services.acts).toEqual([]);
    const approved = await rehearse(restart, { params: { service }, ...here, approved: true });
    expect(approved.outcome).toEqual({ kind: 'applied' });
    expect(here.services.acts).toEqual([`restart ${service} (approved)`]);
  });

  test('a service that is not there', async () => {
    const { outcome } = await rehearse(restart, { params: { service: 'nosuch' }, ...world() });
    expect(outcome).toMatchObject({ kind: 'handed-over', why: expect.stringContaining("no service 'nosuch'") });
  });
});

describe('fails', () => {
  test('when nobody takes jobs after the restart, and names the queue', async () => {
    const here = world({ helps: false });
    const { outcome } = await rehearse(restart, { params, ...here });
    expect(outcome).toMatchObject({ kind: 'failed', step: 'wait-healthy' });
    expect(outcome).toMatchObject({ why: expect.stringContaining('nobody takes jobs of churn') });
    expect(here.services.acts).toEqual(['restart workers']);
  });
});

describe('is verified by', () => {
  test('a queue whose phone is away is not the fault of the workers', async () => {
    const here = world({ phone: 'OFFLINE' });
    here.services.set('workers', [{}]);
    here.churn.pace = 1;
    expect(await probe(restart, { params, ...here })).toMatchObject({ healthy: true });
  });

  test('one of two instances that is down is not healthy', async () => {
    const here = world();
    here.churn.pace = 1;
    here.services.set('workers', [{}, { state: 'errored', startedAt: null }]);
    expect(await probe(restart, { params, ...here })).toMatchObject({
      healthy: false,
      evidence: { up: 1, instances: 2 },
    });
  });

  test('the platform’s own health check, and the service’s address', async () => {
    const here = world();
    here.services.set('api', [{ healthy: false }]);
    expect(await probe(restart, { params: { service: 'api' }, ...here })).toMatchObject({ healthy: false });
    here.services.set('api', [{ healthy: true }]);
    expect(await probe(restart, { params: { service: 'api' }, ...here })).toMatchObject({ healthy: true });
    const api = () => smallApi(() => [503, { status: 'unhealthy' }]).tool;
    const sick = { ...here, tools: { ...here.tools, api } };
    expect(await probe(restart, { params: { service: 'api' }, ...sick })).toMatchObject({
      healthy: false,
      evidence: { answers: false },
    });
  });
});

test.each([
  ['everything', { service: 'all' }],
  ['a number, which PM2 reads as a process', { service: '0' }],
  ['an expression', { service: '/workers/' }],
  ['an option', { service: '--force' }],
  ['a command', { service: 'workers; reboot' }],
  ['a parameter that nobody asked for', { ...params, signal: 'KILL' }],
])('refuses %s', (_, wrong) => {
  expect(restart.params.safeParse(wrong).success).toBe(false);
});
