import { defineRemediation, formatDuration, type StepContext, stepsFor, z } from '../../src/remediation/index.ts';
import { Source } from '../parameters.ts';
import { describe, findComingUp, readInstances, restartedSince, startsOf } from '../services/parts/instances.ts';
import { countSources, settingsOf, settingsSchema } from '../settings.ts';
import { answersThrice, isOpen, limitedUntil, readCircuit, resetCircuit, sourceOf } from './parts/circuit.ts';
import { sampleSource } from './parts/progress.ts';

const params = z.strictObject({ source: Source });

const step = stepsFor(params);

const LOG_LINES = 100;
const ASK_AGAIN = 60_000;

const diagnose = step({
  name: 'diagnose',
  effect: 'reads',
  repeat: 'safe',
  timeout: '90s',
  async run(ctx) {
    const { source } = ctx.params;
    const settings = sourceOf(ctx, source);
    const circuit = await readCircuit(ctx, source);
    const { backlog, completing } = await sampleSource(ctx, settings);
    if (backlog.waiting + backlog.active + backlog.delayed === 0) ctx.noop(`No company waits for '${source}'`);
    if (completing) ctx.noop(`Companies are being enriched from '${source}'`);

    const resetAt = await limitedUntil(ctx, source);
    if (resetAt !== null) ctx.waitUntil(resetAt, `The rate limit of '${source}' is used up until then`);
    const evidence = { circuit, backlog };
    if (isOpen(circuit)) {
      if (await answersThrice(ctx, settings)) return { ...evidence, act: 'reset-circuit' as const, starts: {} };
      ctx.waitUntil(ctx.clock.now() + ASK_AGAIN, `The breaker is open and '${source}' does not answer`);
    }
    const instances = await readInstances(ctx, settings.service);
    const coming = findComingUp(ctx, settings.service, instances);
    if (coming !== undefined) {
      ctx.waitUntil(ctx.clock.now() + 15_000, `'${settings.service}' (${coming.id}) is still coming up`);
    }
    const starts = startsOf(instances);
    return { ...evidence, act: 'restart-workers' as const, starts, instances: describe(instances) };
  },
});

const closeCircuit = step({
  name: 'reset-circuit',
  effect: 'changes',
  timeout: '20s',
  repeat: 'ask',
  async landed(ctx) {
    const wanted = ctx.result(diagnose).act === 'reset-circuit';
    return wanted && isOpen(await readCircuit(ctx, ctx.params.source)) ? undefined : { deleted: wanted ? 2 : 0 };
  },
  async run(ctx) {
    return ctx.result(diagnose).act === 'reset-circuit' ? await resetCircuit(ctx, ctx.params.source) : { deleted: 0 };
  },
});

const recoverStalled = step({
  name: 'recover-stalled',
  effect: 'changes',
  timeout: '5m',
  // Only jobs without a lock are moved, so a second time moves what a first one left.
  repeat: 'safe',
  async run(ctx) {
    const recovered: Record<string, readonly string[]> = {};
    if (ctx.result(diagnose).act !== 'restart-workers') return recovered;
    for (const queue of sourceOf(ctx, ctx.params.source).queues) {
      recovered[queue] = await ctx.tools.bullmq.recoverStalled(queue);
    }
    return recovered;
  },
});

const restartWorkers = step({
  name: 'restart-workers',
  effect: 'changes',
  timeout: '5m',
  repeat: 'ask',
  async landed(ctx) {
    const { act, starts } = ctx.result(diagnose);
    if (act !== 'restart-workers') return { restarted: false };
    return restartedSince(starts, await instancesOf(ctx)) ? { restarted: true } : undefined;
  },
  async run(ctx) {
    const { act, starts } = ctx.result(diagnose);
    if (act !== 'restart-workers') return { restarted: false };
    const { service } = sourceOf(ctx, ctx.params.source);
    if (restartedSince(starts, await instancesOf(ctx))) return { restarted: true };
    await ctx.tools.services.logs(service, LOG_LINES);
    await ctx.tools.services.restart(service, { approved: ctx.approved });
    return { restarted: true };
  },
});

const settle = step({
  name: 'settle',
  effect: 'reads',
  repeat: 'safe',
  timeout: '15m',
  async run(ctx) {
    const { source } = ctx.params;
    const settings = sourceOf(ctx, source);
    const within = settingsOf(ctx).services[settings.service]?.healthy_within ?? 60_000;
    const giveUpAt = ctx.clock.now() + within;
    for (;;) {
      const { backlog, completing } = await sampleSource(ctx, settings);
      if (completing || backlog.waiting + backlog.active === 0) return backlog;
      if (ctx.clock.now() >= giveUpAt) {
        throw new Error(`No company was enriched from '${source}' within ${formatDuration(within)} of what was done`);
      }
    }
  },
});

export default defineRemediation({
  summary:
    'Gets the enrichment from one source going again: waits for a rate limit, closes a breaker that is open for no reason, or restarts the workers.',
  risk: 'medium',
  params,
  settings: settingsSchema,
  needs: ['redis', 'bullmq', 'services'],
  target: ({ source }) => ({ kind: 'source', id: source }),
  population: countSources,
  steps: [diagnose, closeCircuit, recoverStalled, restartWorkers, settle],
  verify: {
    within: '10m',
    every: '15s',
    holdFor: '2m',
    async probe(ctx) {
      const { source } = ctx.params;
      const circuit = await readCircuit(ctx, source);
      const { backlog, completing } = await sampleSource(ctx, sourceOf(ctx, source));
      const idle = backlog.waiting + backlog.active === 0;
      return { healthy: !isOpen(circuit) && (completing || idle), evidence: { circuit, backlog, completing } };
    },
  },
});

async function instancesOf(ctx: StepContext<z.output<typeof params>>) {
  return await ctx.tools.services.list(sourceOf(ctx, ctx.params.source).service);
}
