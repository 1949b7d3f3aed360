import type { StepContext } from '../../../src/remediation/index.ts';
import { type Look, look, movedBetween } from '../../queues/parts/sample.ts';
import { type SourceSettings, settingsOf } from '../../settings.ts';

type Context = Pick<StepContext<unknown>, 'tools' | 'settings' | 'clock' | 'signal'>;

export type Looks = ReadonlyMap<string, Look>;

export async function lookAtSource(ctx: Context, { queues }: SourceSettings): Promise<Looks> {
  const looks = new Map<string, Look>();
  for (const queue of queues) looks.set(queue, await look(ctx, queue));
  return looks;
}

export type Backlog = {
  readonly waiting: number;
  readonly active: number;
  readonly delayed: number;
  readonly finished: number;
};

export function backlogOf(looks: Looks): Backlog {
  const all = [...looks.values()];
  const sum = (of: (one: Look) => number) => all.reduce((total, one) => total + of(one), 0);
  return {
    waiting: sum((one) => one.waiting),
    active: sum((one) => one.counts.active),
    delayed: sum((one) => one.counts.delayed),
    finished: sum((one) => one.finished),
  };
}

/** Companies are enriched: jobs ended between two looks. A breaker that is open lets jobs be taken and put back. */
export async function sampleSource(
  ctx: Context,
  source: SourceSettings,
): Promise<{ readonly backlog: Backlog; readonly completing: boolean }> {
  const before = await lookAtSource(ctx, source);
  await ctx.clock.sleep(settingsOf(ctx).queues.sample_every * 2, ctx.signal);
  const after = await lookAtSource(ctx, source);
  return { backlog: backlogOf(after), completing: completedBetween(before, after) };
}

/** Failed jobs end, too, and enrich nobody. */
export function completedBetween(before: Looks, after: Looks): boolean {
  return [...after].some(([queue, now]) => {
    const then = before.get(queue);
    if (then === undefined) return false;
    if (now.counts.completed > then.counts.completed) return true;
    // Where completed jobs are removed at once there is no count of them, only fewer jobs than before.
    const left = heldBy(then) - heldBy(now) - (now.counts.failed - then.counts.failed);
    return left > 0 && movedBetween(then, now);
  });
}

function heldBy({ waiting, counts }: Look): number {
  return waiting + counts.active + counts.delayed;
}
