import type { JsonObject } from '../domain/json.ts';
import type { Time } from '../domain/time.ts';
import { CutOff } from '../remediation/attempt.ts';
import { RunControl } from '../remediation/control.ts';
import { FencedOff } from './journal.ts';
import { openProgress, type Progress, type Work } from './progress.ts';
import type { RunParts, StepsEnd } from './run.ts';
import { putBack } from './undo.ts';

/**
 * Carries out the steps of one run, from wherever its journal stands. Each step's intent is journaled before it acts
 * and its result after; after a crash each step is treated as its author declared, and never repeated blindly.
 */
export async function runSteps(run: RunParts): Promise<StepsEnd> {
  try {
    const progress = await openProgress(run);
    // It had failed before the crash, or was being put back: that goes on.
    const cause = progress.cause();
    if (cause !== null) return await putBack(run, progress, cause);
    for (const step of run.remediation.steps) {
      const end = await next(run, progress, step);
      if (end !== null) return end;
    }
    return { kind: 'applied' };
  } catch (error) {
    if (error instanceof CutOff || error instanceof FencedOff) return { kind: 'interrupted' };
    throw error;
  }
}

/** One step, or what is left of it. Null: it has ended well, go on. */
async function next(run: RunParts, progress: Progress, step: Work): Promise<StepsEnd | null> {
  const before = progress.last(step);
  if (before?.phase === 'ended') return controlled(step, before.data.control);
  if (run.stopping?.() === true) return { kind: 'interrupted' };
  if (run.dry && step.effect === 'changes') return tellRest(run, progress, step);
  if (before?.phase === 'begun') {
    if (step.repeat === 'never') return { kind: 'unknown', step: step.name };
    const looked = await landed(progress, step);
    if (looked !== 'not landed') return looked === 'landed' ? null : { kind: 'unknown', step: step.name };
  }
  if (step.effect === 'changes') {
    // What could be looked up and has not landed has changed nothing; what is merely safe to repeat may have.
    const idle = before?.phase === 'begun' && step.repeat === 'ask' ? step : undefined;
    const look = await run.journal.mayChange(progress.touched(idle));
    if (!look.may) return putBack(run, progress, { step: step.name, why: look.why, stop: look.reason });
    return carryOut(run, progress, step, look.note === undefined ? {} : { note: look.note });
  }
  return carryOut(run, progress, step, {});
}

/** @param seen what the look before the step has to say, for the evidence */
async function carryOut(run: RunParts, progress: Progress, step: Work, seen: JsonObject): Promise<StepsEnd | null> {
  await progress.write(step, 'begun', seen);
  const work = progress.work(step);
  try {
    const result = await work.within((ctx) => step.run(ctx));
    await progress.write(step, 'ended', { result: result ?? null, calls: work.calls() });
    return null;
  } catch (error) {
    if (error instanceof CutOff || error instanceof FencedOff) throw error;
    if (error instanceof RunControl && !(error.kind === 'wait' && progress.touched())) {
      const control = { kind: error.kind, why: error.message, until: error.until };
      await progress.write(step, 'ended', { result: null, control, calls: work.calls() });
      return controlled(step, control);
    }
    const why = error instanceof Error ? error.message : String(error);
    await progress.write(step, 'failed', { error: why, calls: work.calls() });
    return putBack(run, progress, { step: step.name, why, stop: null });
  }
}

/** After a crash inside a step: is its work done already? If even looking fails, nobody can tell. */
async function landed(progress: Progress, step: Work): Promise<'landed' | 'not landed' | 'cannot tell'> {
  if (step.repeat !== 'ask') return 'not landed';
  const work = progress.work(step);
  try {
    const found = await work.within((ctx) => step.landed(ctx));
    if (found === undefined) return 'not landed';
    await progress.write(step, 'ended', { result: found, landed: true, calls: work.calls() });
    return 'landed';
  } catch (error) {
    if (error instanceof CutOff || error instanceof FencedOff) throw error;
    return 'cannot tell';
  }
}

/** In a rehearsal nothing is changed, and nothing that stands behind a change can be looked at. */
async function tellRest(run: RunParts, progress: Progress, from: Work): Promise<StepsEnd> {
  for (const step of run.remediation.steps.slice(run.remediation.steps.indexOf(from))) {
    if (progress.last(step) === undefined) await progress.write(step, 'told', { effect: step.effect });
  }
  return { kind: 'applied' };
}

function controlled(step: Work, control: unknown): StepsEnd | null {
  if (control === undefined) return null;
  const { kind, why, until } = control as { kind: RunControl['kind']; why: string; until: Time | null };
  if (kind === 'wait') return { kind: 'wait', step: step.name, why, until: until ?? 0 };
  return { kind: kind === 'noop' ? 'noop' : 'handed-over', step: step.name, why };
}
