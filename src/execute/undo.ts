import type { JsonObject } from '../domain/json.ts';
import { CutOff } from '../remediation/attempt.ts';
import { type Cause, FencedOff } from './journal.ts';
import type { Progress, Work } from './progress.ts';
import type { RunParts, StepsEnd } from './run.ts';

/**
 * Puts back, last to first, what the steps up to and including the one of the cause have changed. Journaled like a step,
 * so that a crash in the middle goes on where it was. A failing undo ends it: the rest is for a person, because putting
 * back earlier steps under a later one that still stands may be worse than leaving them.
 */
export async function putBack(run: RunParts, progress: Progress, cause: Cause): Promise<StepsEnd> {
  const { steps } = run.remediation;
  const undone: string[] = [];
  for (const step of steps.slice(0, steps.findIndex(({ name }) => name === cause.step) + 1).reverse()) {
    const last = progress.last(step);
    if (last?.phase === 'undo-failed') return { kind: 'undo-failed', step: step.name, why: String(last.data.error) };
    if (last?.phase === 'undone') undone.push(step.name);
    if (last === undefined || last.phase === 'undone' || last.phase === 'told') continue;
    const { undo } = step;
    if (step.effect !== 'changes' || undo === undefined) continue;
    const error = await undoOne(progress, step, undo, cause);
    if (error !== null) return { kind: 'undo-failed', step: step.name, why: error };
    undone.push(step.name);
  }
  const { step, why, stop } = cause;
  return stop === null ? { kind: 'failed', step, why, undone } : { kind: 'stopped', step, reason: stop, why };
}

async function undoOne(
  progress: Progress,
  step: Work,
  undo: NonNullable<Work['undo']>,
  cause: Cause,
): Promise<string | null> {
  const result = progress.result(step);
  await progress.write(step, 'undo-begun', { cause: { ...cause } satisfies JsonObject });
  const work = progress.work(step);
  try {
    await work.within((ctx) => undo(ctx, result));
    await progress.write(step, 'undone', { calls: work.calls() });
    return null;
  } catch (error) {
    if (error instanceof CutOff || error instanceof FencedOff) throw error;
    const why = error instanceof Error ? error.message : String(error);
    await progress.write(step, 'undo-failed', { error: why, calls: work.calls() });
    return why;
  }
}
