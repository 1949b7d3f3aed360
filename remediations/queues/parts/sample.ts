import type { StepContext } from '../../../src/remediation/index.ts';
import { settingsOf } from '../../settings.ts';

/** What three looks at one queue show. */
export type QueueSample = {
  /** Jobs that wait to be taken, at each look. */
  readonly waiting: readonly number[];
  readonly active: number;
  readonly failed: number;
  readonly paused: boolean;
  /** More at every look. */
  readonly growing: boolean;
  /** Jobs were taken or ended between the looks. */
  readonly moving: boolean;
  /** A worker holds a job and not yet for so long that it hangs. */
  readonly working: boolean;
};

type Context = Pick<StepContext<unknown>, 'tools' | 'settings' | 'clock' | 'signal'>;

/**
 * Looks at a queue three times. One look cannot tell a queue that is worked off from one that is not: both hold jobs.
 */
export async function sampleQueue(ctx: Context, queue: string): Promise<QueueSample> {
  const { sample_every: pause } = settingsOf(ctx).queues;
  const first = await look(ctx, queue);
  await ctx.clock.sleep(pause, ctx.signal);
  const second = await look(ctx, queue);
  await ctx.clock.sleep(pause, ctx.signal);
  const third = await look(ctx, queue);
  const waiting = [first, second, third].map((one) => one.waiting);
  const [a = 0, b = 0, c = 0] = waiting;
  return {
    waiting,
    active: third.counts.active,
    failed: third.counts.failed,
    paused: third.counts.paused,
    growing: a < b && b < c,
    moving: movedBetween(first, second) || movedBetween(second, third),
    working: third.working,
  };
}

export interface Look {
  readonly counts: Awaited<ReturnType<StepContext<unknown>['tools']['bullmq']['counts']>>;
  readonly waiting: number;
  readonly finished: number;
  readonly working: boolean;
  /** The active jobs and since when, and the job that is next. */
  readonly front: string;
}

export async function look(ctx: Context, queue: string): Promise<Look> {
  const { bullmq } = ctx.tools;
  const [counts, finished, active, next] = [
    await bullmq.counts(queue),
    await bullmq.finished(queue),
    await bullmq.jobs(queue, 'active', 50),
    await bullmq.jobs(queue, 'wait', 1),
  ];
  const hangsBefore = ctx.clock.now() - settingsOf(ctx).queues.stuck_after;
  const taken = active.map((job) => `${job.id}@${job.startedAt}`);
  return {
    counts,
    waiting: counts.wait + counts.prioritized,
    finished,
    working: active.some((job) => job.locked && (job.startedAt ?? 0) > hangsBefore),
    front: [...taken, 'next', ...next.map((job) => job.id)].join(' '),
  };
}

/** Ended jobs may be removed at once, so a changed front counts as well: somebody took a job. */
export function movedBetween(before: Look, after: Look): boolean {
  if (after.finished > before.finished) return true;
  // The first job of an empty queue changes the front, too, and nobody has taken it.
  return after.front !== before.front && before.waiting > 0 && after.waiting <= before.waiting;
}
