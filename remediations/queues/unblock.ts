import { defineRemediation, formatDuration, type StepContext, stepsFor, z } from '../../src/remediation/index.ts';
import { QueueName } from '../parameters.ts';
import { describe, isUp, restartedSince } from '../services/parts/instances.ts';
import { countQueues, servingService, settingsOf, settingsSchema } from '../settings.ts';
import { diagnoseQueue } from './parts/plan.ts';
import { look, movedBetween, sampleQueue } from './parts/sample.ts';

const params = z.strictObject({
  queue: QueueName,
  /** The alert's own threshold of waiting jobs, where the rule knows it. */
  threshold: z.int().positive().optional(),
});

const step = stepsFor(params);

const LOG_LINES = 100;

const diagnose = step({
  name: 'diagnose',
  effect: 'reads',
  repeat: 'safe',
  timeout: '60s',
  run: (ctx) => diagnoseQueue(ctx, ctx.params.queue),
});

const requeueStuck = step({
  name: 'requeue-stuck',
  effect: 'changes',
  timeout: '60s',
  // Only the take that was found hanging is taken away: a job that is active anew has another start.
  repeat: 'safe',
  async run(ctx) {
    const { queue } = ctx.params;
    const { stuck } = ctx.result(diagnose).plan;
    const active = stuck.length === 0 ? [] : await ctx.tools.bullmq.jobs(queue, 'active', 1_000);
    const hanging = stuck.filter((one) => active.some((job) => job.id === one.id && job.startedAt === one.startedAt));
    const requeued: string[] = [];
    for (const { id } of hanging) if (await ctx.tools.bullmq.requeueActive(queue, id)) requeued.push(id);
    return { requeued };
  },
});

/** A worker that hangs on a job has no hands free for the next one, so putting the job back is not always enough. */
const watch = step({
  name: 'watch',
  effect: 'reads',
  repeat: 'safe',
  timeout: '5m',
  async run(ctx) {
    const { act } = ctx.result(diagnose).plan;
    if (act !== 'requeue') return { restart: act === 'restart' };
    const giveUpAt = ctx.clock.now() + settingsOf(ctx).queues.settle_within;
    return { restart: !(await startsMoving(ctx, ctx.params.queue, giveUpAt)) };
  },
});

const restartWorkers = step({
  name: 'restart-workers',
  effect: 'changes',
  timeout: '5m',
  repeat: 'ask',
  async landed(ctx) {
    const { service, starts } = ctx.result(diagnose).plan;
    const now = await ctx.tools.services.list(service);
    return restartedSince(starts, now) ? { restarted: true } : undefined;
  },
  async run(ctx) {
    const { service, starts } = ctx.result(diagnose).plan;
    if (!ctx.result(watch).restart) return { restarted: false };
    // Another queue of the same service may have had it restarted meanwhile.
    if (restartedSince(starts, await ctx.tools.services.list(service))) return { restarted: true };
    await ctx.tools.services.logs(service, LOG_LINES);
    await ctx.tools.services.restart(service, { approved: ctx.approved });
    return { restarted: true };
  },
});

const scaleOut = step({
  name: 'scale-out',
  effect: 'changes',
  timeout: '3m',
  repeat: 'ask',
  async landed(ctx) {
    const { service, instances } = ctx.result(diagnose).plan;
    return (await ctx.tools.services.list(service)).length > instances ? { scaledTo: instances + 1 } : undefined;
  },
  async run(ctx) {
    const { act, service, instances } = ctx.result(diagnose).plan;
    if (act !== 'scale') return { scaledTo: null };
    await ctx.tools.services.scale(service, instances + 1, { approved: ctx.approved });
    return { scaledTo: instances + 1 };
  },
  async undo(ctx) {
    const { act, service, instances } = ctx.result(diagnose).plan;
    if (act === 'scale') await ctx.tools.services.scale(service, instances, { approved: ctx.approved });
  },
});

const settle = step({
  name: 'settle',
  effect: 'reads',
  repeat: 'safe',
  timeout: '15m',
  async run(ctx) {
    const { queue } = ctx.params;
    const { service } = ctx.result(diagnose).plan;
    const within = settingsOf(ctx).services[service]?.healthy_within ?? 60_000;
    const giveUpAt = ctx.clock.now() + within;
    await ctx.until('1s', async () => {
      const up = (await ctx.tools.services.list(service)).every(isUp);
      return up || ctx.clock.now() >= giveUpAt;
    });
    if (!(await startsMoving(ctx, queue, giveUpAt))) {
      throw new Error(`Nobody takes jobs of '${queue}' ${formatDuration(within)} after what was done`);
    }
    return null;
  },
});

export default defineRemediation({
  summary:
    'Finds out why a queue is not worked off: puts hanging jobs back, restarts its workers, or adds one within the limits.',
  risk: 'low',
  params,
  settings: settingsSchema,
  needs: ['bullmq', 'redis', 'services'],
  target: ({ queue }) => ({ kind: 'queue', id: queue }),
  population: countQueues,
  steps: [diagnose, requeueStuck, watch, restartWorkers, scaleOut, settle],
  leaves({ result }) {
    const { act, service } = result(diagnose).plan;
    return act === 'scale' ? { service } : null;
  },
  verify: {
    within: '10m',
    every: '15s',
    holdFor: '1m',
    async probe(ctx) {
      const { queue, threshold } = ctx.params;
      const { backlog, backlogs } = settingsOf(ctx).queues;
      const most = threshold ?? backlogs[queue] ?? backlog;
      const sample = await sampleQueue(ctx, queue);
      const waiting = sample.waiting.at(-1) ?? 0;
      const worked = waiting === 0 || sample.moving || sample.working;
      const healthy = waiting <= most && worked && !sample.growing && !sample.paused;
      const instances = await servingInstances(ctx, queue);
      return { healthy, evidence: { ...sample, threshold: most, instances } };
    },
  },
});

/** Whether jobs are taken, or none is left, before that time. */
async function startsMoving(ctx: StepContext<unknown>, queue: string, giveUpAt: number): Promise<boolean> {
  let before = await look(ctx, queue);
  for (;;) {
    if (before.waiting === 0) return true;
    await ctx.clock.sleep(1_000, ctx.signal);
    const after = await look(ctx, queue);
    if (movedBetween(before, after)) return true;
    if (ctx.clock.now() >= giveUpAt) return false;
    before = after;
  }
}

async function servingInstances(ctx: StepContext<unknown>, queue: string) {
  const service = servingService(settingsOf(ctx), queue);
  return service === null ? [] : describe(await ctx.tools.services.list(service.name));
}
