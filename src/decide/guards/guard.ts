import type { Target } from '../../domain/alert.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Reason } from '../../domain/reason.ts';
import type { Millis, Time } from '../../domain/time.ts';
import type { Pause } from '../../store/pauses.ts';
import type { RunFact } from '../../store/runs.ts';

/** What a rule allows itself. Absent: no such limit of the rule's own. */
export interface RuleLimits {
  readonly cooldown?: Millis | undefined;
  readonly budget?: { readonly runs: number; readonly per: Millis } | undefined;
  readonly concurrency?: number | undefined;
}

/** What the whole service allows itself, from `guards` in the config. */
export interface GlobalLimits {
  readonly runs_at_once: number;
  readonly runs_per_hour: number;
  /** Waits after 1, 2, 3 … attempts on one target without success; the last one repeats. */
  readonly backoff: readonly Millis[];
}

/** The run that wants to start. */
export interface Subject {
  readonly incidentId: string;
  readonly rule: string;
  /** What the run acts on. */
  readonly target: Target;
  /** What the incident is about; usually the same. */
  readonly about: Target;
  readonly limits: RuleLimits;
  readonly now: Time;
}

/**
 * What guardrails count. Read in the admission transaction, under the lock that only one admission holds at a time, and
 * kept in step while a batch is admitted; so no two runs can take the same last place.
 */
export interface Facts {
  readonly pauses: readonly Pause[];
  /** Every run that holds its target, and the recent ones on the targets in question. */
  readonly runs: readonly RunFact[];
  /** Runs admitted by anybody within the last hour. */
  readonly runsLastHour: number;
  readonly limits: GlobalLimits;
}

/** A guardrail's answer, with the numbers behind it, and when it wants to be asked again. */
export type Answer =
  | { readonly ok: true; readonly numbers: JsonObject }
  | { readonly ok: false; readonly reason: Reason; readonly until: Time; readonly numbers: JsonObject };

/** Something that may say no. It only counts: it reads nothing by itself and changes nothing. */
export interface Guard {
  readonly name: string;
  ask(subject: Subject, facts: Facts): Answer;
}

export function yes(numbers: JsonObject): Answer {
  return { ok: true, numbers };
}

export function no(reason: Reason, until: Time, numbers: JsonObject): Answer {
  return { ok: false, reason, until, numbers };
}

export function sameTarget(a: Target, b: Target): boolean {
  return a.kind === b.kind && a.id === b.id;
}

/** Runs on the subject's target that changed something or may have; those that found nothing to do count for nothing. */
export function runsOnTarget(subject: Subject, facts: Facts): readonly RunFact[] {
  return facts.runs.filter(
    (run) => sameTarget(run.target, subject.target) && run.outcome !== 'noop' && run.outcome !== 'stopped',
  );
}
