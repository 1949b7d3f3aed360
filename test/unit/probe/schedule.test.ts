import { expect, test } from 'vitest';
import type { Alert } from '../../../src/domain/alert.ts';
import { firing } from '../../../src/probe/alerts.ts';
import type { Probe } from '../../../src/probe/config.ts';
import type { Look } from '../../../src/probe/look.ts';
import { type ProbeSchedule, runProbes } from '../../../src/probe/schedule.ts';
import { movingClock } from './moving-clock.ts';
import { probe } from './probes.ts';

const PASS: Look = { result: 'pass', took: 5 };
const FAIL: Look = { result: 'fail', why: 'answered 503 instead of 200', took: 5 };
const ERROR: Look = { result: 'error', why: 'getaddrinfo ENOTFOUND api' };

/** Probes that run on a clock of the test's, and see what the test says. */
function night(options: Partial<ProbeSchedule> = {}) {
  const clock = movingClock(1_000_000);
  const shutdown = new AbortController();
  const told: Alert[] = [];
  const troubles: unknown[] = [];
  const world = { sees: PASS as Look, leader: true, known: [] as readonly Alert[], storeIsDown: false, looks: 0 };
  const schedule: ProbeSchedule = {
    probes: [probe({ every: '10s' })],
    clock,
    random: () => 0,
    look: async () => {
      world.looks += 1;
      return world.sees;
    },
    emit: async (alerts) => {
      if (world.storeIsDown) throw new Error('the store is down');
      told.push(...alerts);
    },
    isLeader: () => world.leader,
    knownFiring: async () => {
      if (world.storeIsDown) throw new Error('the store is down');
      return world.known;
    },
    seen: () => undefined,
    failed: (error) => troubles.push(error),
    ...options,
  };
  const ended = runProbes(schedule, shutdown.signal);
  return {
    clock,
    world,
    troubles,
    /** What was told since the last time this was asked, as `name status`. */
    told: () => told.splice(0).map(({ name, status }) => `${name} ${status}`),
    alerts: () => told.splice(0),
    async stop() {
      shutdown.abort();
      await ended;
      expect(clock.sleepers).toBe(0);
    },
  };
}

test('a target that fails is told once it has failed often enough, and told again when it is well', async () => {
  const { clock, world, alerts, told, stop } = night();
  world.sees = FAIL;
  await clock.advance(15_000);
  expect(told()).toEqual([]);
  await clock.advance(10_000);
  expect(alerts()).toMatchInlineSnapshot(`
    [
      {
        "annotations": {
          "description": "GET http://127.0.0.1:1/health, every 10 s",
          "summary": "api failed its health check 3 times in a row: answered 503 instead of 200",
        },
        "endsAt": null,
        "fingerprint": "HealthProbeFailing:api",
        "generatorUrl": null,
        "labels": {
          "alertname": "HealthProbeFailing",
          "probe": "api",
          "severity": "high",
        },
        "name": "HealthProbeFailing",
        "note": null,
        "severity": "high",
        "source": "probe",
        "startsAt": 1020000,
        "status": "firing",
        "test": null,
      },
    ]
  `);
  world.sees = PASS;
  await clock.advance(20_000);
  expect(alerts()).toMatchObject([{ status: 'resolved', startsAt: 1_020_000, endsAt: 1_040_000, note: null }]);
  await stop();
});

test('a probe that cannot look is another alert', async () => {
  const { clock, world, alerts, stop } = night();
  world.sees = ERROR;
  await clock.advance(25_000);
  expect(alerts()).toMatchObject([
    {
      name: 'ProbeError',
      fingerprint: 'ProbeError:api',
      annotations: {
        summary:
          'The health check of api cannot be carried out, so nobody knows whether it is healthy: getaddrinfo ENOTFOUND api',
      },
    },
  ]);
  await stop();
});

test('what stands is told again every minute, so that a lost one is found', async () => {
  const { clock, world, told, stop } = night();
  world.sees = FAIL;
  await clock.advance(59_000);
  expect(told()).toEqual(['HealthProbeFailing firing']);
  await clock.advance(120_000);
  expect(told()).toEqual(['HealthProbeFailing firing', 'HealthProbeFailing firing']);
  await stop();
});

test('while the store is down nothing is lost: a raise and a resolve are told when it is back', async () => {
  const { clock, world, told, troubles, stop } = night();
  await clock.advance(1_000);
  world.sees = FAIL;
  world.storeIsDown = true;
  await clock.advance(45_000);
  expect(told()).toEqual([]);
  expect(troubles.length).toBeGreaterThan(0);
  world.storeIsDown = false;
  await clock.advance(10_000);
  expect(told()).toEqual(['HealthProbeFailing firing']);
  world.storeIsDown = true;
  world.sees = PASS;
  await clock.advance(30_000);
  world.storeIsDown = false;
  await clock.advance(10_000);
  expect(told()).toEqual(['HealthProbeFailing resolved']);
  await stop();
});

test('a target that has recovered while nobody looked is resolved after the restart', async () => {
  const { clock, world, alerts, stop } = night();
  world.known = [firing('HealthProbeFailing', probe(), 'answered 503', 900_000)];
  await clock.advance(15_000);
  expect(alerts()).toMatchObject([{ fingerprint: 'HealthProbeFailing:api', status: 'resolved', startsAt: 900_000 }]);
  await stop();
});

test('an alert of a probe that is gone from the config is resolved, and that is no recovery', async () => {
  const { clock, world, alerts, stop } = night();
  world.known = [firing('HealthProbeFailing', probe({ name: 'old' }), 'answered 503', 900_000)];
  await clock.advance(1_000);
  expect(alerts()).toMatchObject([
    { fingerprint: 'HealthProbeFailing:old', status: 'resolved', note: expect.stringContaining('no recovery') },
  ]);
  await stop();
});

test('nobody looks before it is known what stands', async () => {
  const { clock, world, told, stop } = night();
  world.storeIsDown = true;
  await clock.advance(35_000);
  expect(world.looks).toBe(0);
  world.storeIsDown = false;
  await clock.advance(10_000);
  expect([world.looks, told()]).toEqual([1, []]);
  await stop();
});

test('only the leader looks, and a new leader starts from what the store knows', async () => {
  const { clock, world, told, stop } = night();
  world.sees = FAIL;
  await clock.advance(25_000);
  expect(told()).toEqual(['HealthProbeFailing firing']);
  world.leader = false;
  await clock.advance(120_000);
  expect([world.looks, told()]).toEqual([3, []]);
  world.leader = true;
  world.sees = PASS;
  world.known = [];
  await clock.advance(30_000);
  expect(told()).toEqual([]);
  await stop();
});

test('a look that takes long is not doubled, and what it finds after the leadership is lost is not told', async () => {
  const found = Promise.withResolvers<Look>();
  let looks = 0;
  const look = () => {
    looks += 1;
    return found.promise;
  };
  const { clock, world, told, stop } = night({ look, probes: [probe({ every: '10s', fail_after: 1 })] });
  await clock.advance(60_000);
  expect(looks).toBe(1);
  world.leader = false;
  found.resolve(FAIL);
  await clock.advance(60_000);
  expect(told()).toEqual([]);
  await stop();
});

test('a firing that is slow to be stored is never overtaken by its resolve', async () => {
  const stored = Promise.withResolvers<void>();
  const told: string[] = [];
  const emit = async (alerts: readonly Alert[]) => {
    if (told.length === 0 && alerts[0]?.status === 'firing') await stored.promise;
    told.push(...alerts.map(({ fingerprint, status }) => `${fingerprint} ${status}`));
  };
  const probes = [probe({ name: 'a', every: '10s', fail_after: 1 }), probe({ name: 'b', every: '10s', fail_after: 1 })];
  const look = async ({ name }: Probe) => (name === 'a' ? FAIL : PASS);
  const { clock, stop } = night({ emit, probes, look });
  await clock.advance(70_000);
  expect(told).toEqual([]);
  stored.resolve();
  await clock.advance(1_000);
  expect(told[0]).toBe('HealthProbeFailing:a firing');
  await stop();
});

test('jitter spreads the looks', async () => {
  const moments: number[] = [];
  const chances = [0.5, 0, 1, 0.5];
  const { clock, stop } = night({
    probes: [probe({ every: '10s', jitter: '2s' })],
    random: () => chances.shift() ?? 0.5,
    look: async () => {
      moments.push(clock.now() - 1_000_000);
      return PASS;
    },
  });
  await clock.advance(40_000);
  expect(moments).toEqual([5_000, 13_000, 25_000, 35_000]);
  await stop();
});

test('without probes nothing runs', async () => {
  await runProbes({ probes: [] } as unknown as ProbeSchedule, new AbortController().signal);
});
