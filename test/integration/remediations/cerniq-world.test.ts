import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import resetCircuit from '../../../remediations/enrichment/reset-circuit.ts';
import unstall from '../../../remediations/enrichment/unstall.ts';
import reconnect from '../../../remediations/phones/reconnect.ts';
import unblock from '../../../remediations/queues/unblock.ts';
import restart from '../../../remediations/services/restart.ts';
import { systemClock } from '../../../src/domain/time.ts';
import type { Remediation } from '../../../src/remediation/define.ts';
import { type Cerniq, startCerniq } from '../../support/cerniq/cerniq.ts';
import { probe, rehearse } from '../../support/rehearse.ts';
import { type PostgresServer, startPostgres } from '../../support/services/postgres.ts';
import { type RedisServer, startRedis } from '../../support/services/redis.ts';
import { type OpenToolbox, openToolbox, secretOf } from '../../support/toolbox.ts';

const INGEST = 'bronze:ingest:csv';
const ANAF = 'silver:enrich:anaf-fiscal-status';

let postgres: PostgresServer;
let redis: RedisServer;
let cerniq: Cerniq;
let box: OpenToolbox;
const backs: (() => Promise<void>)[] = [];

/** Production's minutes are a test's seconds. */
const soon = { healthy_within: '15s', starts_within: '0s' };
const settings = {
  services: {
    'cerniq-workers-ingest': { queues: [INGEST, 'bronze:ingest:xlsx'], ...soon },
    'cerniq-workers-enrichment': { queues: [ANAF, 'silver:enrich:termene-company'], ...soon },
  },
  queues: { stuck_after: '1s', sample_every: '150ms', settle_within: '2s' },
  enrichment: {
    sources: {
      anaf: { queues: [ANAF], service: 'cerniq-workers-enrichment', health: { api: 'anaf', path: '/health' } },
    },
  },
};

beforeAll(async () => {
  [postgres, redis] = await Promise.all([startPostgres(), startRedis()]);
  cerniq = await startCerniq({
    postgresUrl: await postgres.createDatabase(),
    redisUrl: await redis.takeDatabase(),
    services: ['cerniq-workers-ingest', 'cerniq-workers-enrichment'],
  });
});
afterAll(async () => {
  await cerniq?.stop();
  await Promise.all([postgres?.stop(), redis?.stop()]);
});
beforeEach(() => {
  box = openToolbox({
    apis: {
      cerniq: { base_url: cerniq.url, token: secretOf(cerniq.adminToken) },
      timelinesai: { base_url: cerniq.timelinesAi.url, token: secretOf(cerniq.timelinesAiKey) },
      anaf: { base_url: cerniq.upstream.anaf.url },
    },
    redis: { url: cerniq.redisUrl },
    bullmq: {},
    postgres: { url: cerniq.postgresUrl },
    services: { driver: 'pm2', home: cerniq.pm2?.home, command: cerniq.pm2?.program },
  });
});
afterEach(async () => {
  for (const back of backs.splice(0)) await back();
  await box[Symbol.asyncDispose]();
});

const heal = (remediation: Remediation, params: object) =>
  rehearse(remediation, { params, settings, tools: (scope) => box.toolbox.open(scope), clock: systemClock });
const look = (remediation: Remediation, params: object) =>
  probe(remediation, { params, settings, tools: box.tools, clock: systemClock });
const pidOf = async (service: string) => (await cerniq.state.processes()).find((one) => one.name === service)?.pid;
/** A fault befalls the processes that are there; one that is just being started would be well. */
const workersUp = () => expect.poll(() => box.tools.bullmq.workers(INGEST), { timeout: 20_000 }).toBeGreaterThan(0);
const fallen = () =>
  expect
    .poll(async () => (await box.tools.services.list('cerniq-workers-ingest'))[0]?.state, { timeout: 20_000 })
    .not.toBe('running');
const eventually = (remediation: Remediation, params: object) =>
  expect.poll(() => look(remediation, params), { timeout: 20_000 }).toMatchObject({ healthy: true });

describe('phones/reconnect', () => {
  test('brings a dropped phone back and lets it send', async () => {
    backs.push(await cerniq.faults.phoneDrops('phone_07'));
    expect(await look(reconnect, { phone: 'phone_07' })).toMatchObject({ healthy: false });
    const { outcome } = await heal(reconnect, { phone: 'phone_07' });
    expect(outcome).toEqual({ kind: 'applied' });
    expect(await cerniq.state.phone('phone_07')).toMatchObject({ status: 'ACTIVE', sendingPaused: false });
    expect(await look(reconnect, { phone: 'phone_07' })).toMatchObject({ healthy: true });
  });

  test('leaves a phone that needs a QR scan, and one that is banned, to a person', async () => {
    backs.push(await cerniq.faults.phoneNeedsQr('phone_08'), await cerniq.faults.phoneBanned('phone_09'));
    const qr = await heal(reconnect, { phone: 'phone_08' });
    expect(qr.outcome).toMatchObject({ kind: 'handed-over', why: expect.stringContaining('QR') });
    const banned = await heal(reconnect, { phone: 'phone_09' });
    expect(banned.outcome).toMatchObject({ kind: 'handed-over', why: expect.stringContaining('banned') });
    expect(cerniq.requests.filter((one) => /phone_0[89]\/reconnect/.test(one))).toEqual([]);
  });

  test('waits while the vendor is down', async () => {
    backs.push(await cerniq.faults.phoneDrops('phone_10'), await cerniq.faults.timelinesAiDown());
    expect((await heal(reconnect, { phone: 'phone_10' })).outcome).toMatchObject({ kind: 'wait' });
  });

  test('is not taken in by an API that says yes and does nothing', async () => {
    backs.push(
      await cerniq.faults.phoneDrops('phone_11'),
      await cerniq.faults.apiLies('/api/v1/outreach/phones/phone_11'),
    );
    const { outcome } = await rehearse(reconnect, {
      params: { phone: 'phone_11' },
      settings: { ...settings, phones: { online_within: '1s' } },
      tools: (scope) => box.toolbox.open(scope),
      clock: systemClock,
    });
    expect(outcome).toMatchObject({ kind: 'failed', step: 'wait-online', why: expect.stringContaining('OFFLINE') });
  });
});

describe('queues/unblock', () => {
  test('frees a queue whose worker hangs on a job', async () => {
    backs.push(await cerniq.faults.workerHangs('cerniq-workers-ingest'));
    const before = await pidOf('cerniq-workers-ingest');
    await cerniq.enqueue(INGEST, 20);
    await expect.poll(async () => (await cerniq.counts(INGEST)).active).toBe(1);
    const first = await heal(unblock, { queue: INGEST });
    const { outcome } = first.outcome.kind === 'wait' ? await retried(first.outcome.until) : first;
    expect(outcome).toEqual({ kind: 'applied' });
    expect(await pidOf('cerniq-workers-ingest')).not.toBe(before);
    await expect.poll(async () => (await cerniq.counts(INGEST)).waiting, { timeout: 20_000 }).toBe(0);
    expect(await cerniq.counts(INGEST)).toMatchObject({ waiting: 0, failed: 0 });
    await eventually(unblock, { queue: INGEST });

    async function retried(until: number) {
      await systemClock.sleep(Math.max(0, until - systemClock.now()));
      return await heal(unblock, { queue: INGEST });
    }
  });

  test('starts a worker that fell over', async () => {
    await workersUp();
    backs.push(await cerniq.faults.workerCrashes('cerniq-workers-ingest'));
    await fallen();
    await cerniq.enqueue(INGEST, 5);
    const { outcome } = await heal(unblock, { queue: INGEST });
    expect(outcome).toEqual({ kind: 'applied' });
    await expect.poll(async () => (await cerniq.counts(INGEST)).waiting, { timeout: 20_000 }).toBe(0);
  });

  test('does nothing to a queue that is empty', async () => {
    expect((await heal(unblock, { queue: 'bronze:ingest:xlsx' })).outcome).toMatchObject({ kind: 'noop' });
  });
});

describe('services/restart', () => {
  test('starts a service that fell over, with its last words as evidence', async () => {
    await workersUp();
    backs.push(await cerniq.faults.workerCrashes('cerniq-workers-ingest'));
    await fallen();
    const { outcome, journal } = await heal(restart, { service: 'cerniq-workers-ingest' });
    expect(outcome).toEqual({ kind: 'applied' });
    expect(JSON.stringify(journal.entries)).toContain('heap out of memory');
    await eventually(restart, { service: 'cerniq-workers-ingest' });
  });

  test('does nothing to one that works', async () => {
    await workersUp();
    expect((await heal(restart, { service: 'cerniq-workers-ingest' })).outcome).toMatchObject({ kind: 'noop' });
  });
});

describe('enrichment', () => {
  test('a breaker that is stuck open is closed, and stays closed', async () => {
    backs.push(await cerniq.faults.circuitStuckOpen('anaf'));
    expect(await look(resetCircuit, { source: 'anaf' })).toMatchObject({ healthy: false });
    expect((await heal(resetCircuit, { source: 'anaf' })).outcome).toEqual({ kind: 'applied' });
    expect(await cerniq.state.circuit('anaf')).toBeNull();
    expect(await look(resetCircuit, { source: 'anaf' })).toMatchObject({ healthy: true });
  });

  test('a stall behind a breaker that is stuck open ends with the breaker', async () => {
    backs.push(await cerniq.faults.circuitStuckOpen('anaf'));
    await cerniq.enqueue(ANAF, 20);
    const before = await pidOf('cerniq-workers-enrichment');
    expect((await heal(unstall, { source: ANAF })).outcome).toEqual({ kind: 'applied' });
    expect(await pidOf('cerniq-workers-enrichment')).toBe(before);
    await expect.poll(async () => (await cerniq.counts(ANAF)).waiting, { timeout: 20_000 }).toBe(0);
    await eventually(unstall, { source: 'anaf' });
  });

  test('a stall of workers that hang ends with their restart', async () => {
    backs.push(await cerniq.faults.workerHangs('cerniq-workers-enrichment'));
    await cerniq.enqueue(ANAF, 20);
    await expect.poll(async () => (await cerniq.counts(ANAF)).active).toBe(1);
    expect((await heal(unstall, { source: 'anaf' })).outcome).toEqual({ kind: 'applied' });
    await expect.poll(async () => (await cerniq.counts(ANAF)).waiting, { timeout: 20_000 }).toBe(0);
  });

  test('a rate limit is waited for', async () => {
    const until = systemClock.now() + 60_000;
    backs.push(await cerniq.faults.rateLimited('anaf', new Date(until)));
    await cerniq.enqueue(ANAF, 3);
    const { outcome } = await heal(unstall, { source: 'anaf' });
    expect(outcome).toMatchObject({ kind: 'wait' });
    expect((outcome as { until: number }).until).toBeGreaterThan(until - 2_000);
  });

  test('a source that is down keeps its breaker', async () => {
    backs.push(await cerniq.faults.upstreamDown('anaf'), await cerniq.faults.circuitStuckOpen('anaf'));
    expect((await heal(resetCircuit, { source: 'anaf' })).outcome).toMatchObject({ kind: 'wait' });
    expect(await cerniq.state.circuit('anaf')).toBe('OPEN');
  });
});
