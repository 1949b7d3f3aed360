import { describe, expect, test } from 'vitest';
import { rehearsalClock } from '../../test/support/clock.ts';
import { crashEverywhere, probe, rehearse } from '../../test/support/rehearse.ts';
import { smallApi } from '../../test/support/small-world/api.ts';
import type { SmallQueue } from '../../test/support/small-world/queues.ts';
import { smallQueues } from '../../test/support/small-world/queues.ts';
import { smallRedis } from '../../test/support/small-world/redis.ts';
import { smallServices } from '../../test/support/small-world/services.ts';
import resetCircuit from './reset-circuit.ts';
import unstall from './unstall.ts';

const params = { source: 'anaf' };
const QUEUE = 'silver:enrich:anaf-fiscal-status';
const DEL = 'del circuit:anaf:state circuit:anaf:failures';

const settings = {
  services: { 'cerniq-workers-enrichment': { queues: [QUEUE] } },
  enrichment: {
    sources: {
      anaf: { queues: [QUEUE], service: 'cerniq-workers-enrichment', health: { api: 'anaf', path: '/health' } },
    },
  },
};

/** ANAF, its breaker, its queue and the workers. The workers work while the breaker is closed and they are well. */
function world({
  circuit = null as string | null,
  remaining = null as string | null,
  ttl = 90,
  answers = [true] as readonly boolean[],
  queue = {} as Partial<SmallQueue>,
  hung = true,
  restartHelps = true,
} = {}) {
  const clock = rehearsalClock();
  const redis = smallRedis(circuit === null ? {} : { 'circuit:anaf:state': circuit, 'circuit:anaf:failures': '5' });
  if (remaining !== null) redis.values.set('rate_limit:anaf:remaining', remaining);
  if (ttl >= 0) redis.ttls.set('rate_limit:anaf:remaining', ttl);
  let asked = 0;
  const anaf = smallApi(() => {
    const ok = answers[Math.min(asked, answers.length - 1)] ?? true;
    asked += 1;
    return ok ? [200, { status: 'ok' }] : [503];
  });
  const queues = smallQueues(clock);
  const waiting = Array.from({ length: 400 }, (_, i) => `company-${i}`);
  const own = queues.set(QUEUE, { waiting, ...queue });
  const services = smallServices(clock);
  services.set('cerniq-workers-enrichment', [{}]);
  let well = !hung;
  services.onRestart('cerniq-workers-enrichment', () => {
    well = restartHelps;
  });
  const { tool } = queues;
  const bullmq = {
    ...tool,
    async counts(name: string) {
      own.pace = well && redis.values.get('circuit:anaf:state') !== 'OPEN' ? 1 : 0;
      return await tool.counts(name);
    },
  };
  const acts = () => [...redis.acts, ...queues.acts, ...services.acts];
  const tools = { redis: redis.tool, bullmq, services: services.tool, api: () => anaf.tool };
  return { clock, redis, services, queue: own, acts, asked: () => asked, settings, tools };
}

describe('enrichment/reset-circuit', () => {
  test('heals a breaker that stayed open though the source answers', async () => {
    const here = world({ circuit: 'OPEN' });
    const { outcome } = await rehearse(resetCircuit, { params, ...here });
    expect(outcome).toEqual({ kind: 'applied' });
    expect(here.acts()).toEqual([DEL]);
    expect(here.asked()).toBe(3);
    expect(await probe(resetCircuit, { params, ...here })).toMatchObject({ healthy: true });
  });

  test('deletes once, wherever the process dies', async () => {
    const { calm, different } = await crashEverywhere(async (crash) => {
      const here = world({ circuit: 'OPEN' });
      const rehearsal = await rehearse(resetCircuit, { params, ...here, ...(crash === undefined ? {} : { crash }) });
      return { rehearsal, world: { acts: here.acts(), outcome: rehearsal.outcome } };
    });
    expect(calm).toEqual({ acts: [DEL], outcome: { kind: 'applied' } });
    expect(different).toEqual([]);
  });

  test.each([[[false]], [[true, false]], [[true, true, false]]])(
    'leaves it open while the source does not answer three times (%j)',
    async (answers) => {
      const here = world({ circuit: 'OPEN', answers });
      const { outcome } = await rehearse(resetCircuit, { params, ...here });
      expect(outcome).toMatchObject({ kind: 'wait', why: expect.stringContaining('does not answer') });
      expect(here.acts()).toEqual([]);
    },
  );

  test.each([null, 'CLOSED', 'HALF_OPEN'])('does nothing to a breaker that is %s', async (circuit) => {
    const here = world({ circuit });
    expect((await rehearse(resetCircuit, { params, ...here })).outcome).toMatchObject({ kind: 'noop' });
    expect(here.acts()).toEqual([]);
  });

  test('leaves a source that the settings do not know to a person', async () => {
    const { outcome } = await rehearse(resetCircuit, { params: { source: 'onrc' }, ...world({ circuit: 'OPEN' }) });
    expect(outcome).toMatchObject({ kind: 'handed-over', why: expect.stringContaining('they have anaf') });
  });

  test('is not verified by a breaker that opened again', async () => {
    expect(await probe(resetCircuit, { params, ...world({ circuit: 'OPEN' }) })).toMatchObject({ healthy: false });
  });
});

describe('enrichment/unstall', () => {
  test('restarts workers that hang, after putting back what they left', async () => {
    const here = world({ queue: { active: [{ id: 'left', startedAt: 0, locked: false }] } });
    const { outcome } = await rehearse(unstall, { params, ...here });
    expect(outcome).toEqual({ kind: 'applied' });
    expect(here.acts()).toEqual(['recover left', 'restart cerniq-workers-enrichment']);
    expect(await probe(unstall, { params, ...here })).toMatchObject({ healthy: true });
  });

  test('closes a breaker that is open for no reason, without a restart', async () => {
    const here = world({ circuit: 'OPEN', hung: false });
    const { outcome } = await rehearse(unstall, { params, ...here });
    expect(outcome).toEqual({ kind: 'applied' });
    expect(here.acts()).toEqual([DEL]);
  });

  test.each([
    ['workers that hang', () => world({ queue: { active: [{ id: 'left', startedAt: 0, locked: false }] } })],
    ['a breaker that is open', () => world({ circuit: 'OPEN', hung: false })],
  ])('%s: the same acts, wherever the process dies', async (_, make) => {
    const { calm, different } = await crashEverywhere(async (crash) => {
      const here = make();
      const rehearsal = await rehearse(unstall, { params, ...here, ...(crash === undefined ? {} : { crash }) });
      return { rehearsal, world: { acts: here.acts(), outcome: rehearsal.outcome } };
    });
    expect(calm.outcome).toEqual({ kind: 'applied' });
    expect(different).toEqual([]);
  });

  test.each([
    ['until it is reset', 90, 91_000],
    ['for five minutes where nobody says when', -1, 300_000],
  ])('waits for a rate limit that is used up, %s', async (_, ttl, ms) => {
    const here = world({ remaining: '0', ttl });
    const { outcome } = await rehearse(unstall, { params, ...here });
    expect(outcome).toMatchObject({ kind: 'wait', until: here.clock.now() + ms });
    expect(here.acts()).toEqual([]);
  });

  test('waits for a source that is down', async () => {
    const here = world({ circuit: 'OPEN', answers: [false] });
    expect((await rehearse(unstall, { params, ...here })).outcome).toMatchObject({ kind: 'wait' });
    expect(here.acts()).toEqual([]);
  });

  test.each([
    ['nothing waits', world({ queue: { waiting: [] } })],
    ['companies are being enriched', world({ hung: false })],
  ])('does nothing when %s', async (_, here) => {
    expect((await rehearse(unstall, { params, ...here })).outcome).toMatchObject({ kind: 'noop' });
    expect(here.acts()).toEqual([]);
  });

  test('fails when nothing is enriched even after the restart', async () => {
    const here = world({ restartHelps: false });
    const { outcome } = await rehearse(unstall, { params, ...here });
    expect(outcome).toMatchObject({ kind: 'failed', step: 'settle' });
    expect(here.acts()).toEqual(['restart cerniq-workers-enrichment']);
  });

  test('jobs that only fail are not enrichment', async () => {
    const here = world();
    const { counts } = here.tools.bullmq;
    const bullmq = {
      ...here.tools.bullmq,
      async counts(name: string) {
        here.queue.waiting.shift();
        here.queue.failed += 1;
        return await counts(name);
      },
    };
    const tools = { ...here.tools, bullmq };
    expect(await probe(unstall, { params, ...here, tools })).toMatchObject({ healthy: false });
  });
});

describe('the source', () => {
  test.each([
    ['anaf', 'anaf'],
    [QUEUE, 'anaf'],
    ['silver:enrich:termene-company', 'termene'],
    ['anaf-fiscal-status', 'anaf'],
  ])('may be given as %s', (given, source) => {
    expect(unstall.params.parse({ source: given })).toEqual({ source });
    // What was read once is read again from the store.
    expect(unstall.params.parse({ source })).toEqual({ source });
  });

  test.each([
    ['a pattern', { source: '*' }],
    ['another key', { source: 'anaf:state bull' }],
    ['a path', { source: '../anaf' }],
    ['a command', { source: 'anaf;FLUSHALL' }],
    ['a parameter that nobody asked for', { ...params, force: true }],
  ])('is not %s', (_, wrong) => {
    expect(unstall.params.safeParse(wrong).success).toBe(false);
    expect(resetCircuit.params.safeParse(wrong).success).toBe(false);
  });
});
