import type { Target } from '../../domain/alert.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Reason } from '../../domain/reason.ts';
import type { Millis, Time } from '../../domain/time.ts';
import type { Maintenance } from '../../rules/maintenance.ts';
import type { Matchable } from '../../rules/matchers/match-labels.ts';
import type { Matcher } from '../../rules/matchers/matcher.ts';
import type { Windows } from '../../rules/windows.ts';
import type { Pause } from '../../store/pauses.ts';
import type { RunFact } from '../../store/runs.ts';
import type { CanaryState, EndedRun, Firing, Openings, Population, StormLimits } from './counted.ts';

/** What a rule allows itself. Absent: no such limit of the rule's own. */
export interface RuleLimits {
  readonly cooldown?: Millis | undefined;
  readonly budget?: { readonly runs: number; readonly per: Millis } | undefined;
  readonly concurrency?: number | undefined;
  readonly blastRadius?: { readonly max: number | null; readonly percent: number | null } | undefined;
  readonly storm?: StormLimits | undefined;
  readonly commonCause?: { readonly after: number; readonly within: Millis; readonly peersPercent: number } | undefined;
  readonly flapping?: { readonly changes: number; readonly within: Millis } | undefined;
  /** Each entry is a dependency: matchers that all agree on some firing alert. */
  readonly unless?: readonly (readonly Matcher[])[] | undefined;
  /** A named time interval of the config. */
  readonly window?: string | undefined;
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
  readonly remediation: string;
  /** What the run acts on. */
  readonly target: Target;
  /** What the incident is about; usually the same. */
  readonly about: Target;
  /** Its alerts that fire. */
  readonly alerts: readonly Matchable[];
  readonly limits: RuleLimits;
  readonly now: Time;
}

/**
 * What guardrails count. Read in the admission transaction, under the lock that only one admission holds at a time, and
 * kept in step while a batch is admitted; so no two runs can take the same last place.
 */
export interface Facts {
  readonly pauses: readonly Pause[];
  /** Rules that may not act by themselves, whatever their file says. */
  readonly demoted: ReadonlySet<string>;
  /** Every run that holds its target, and the recent ones on the targets in question. */
  readonly runs: readonly RunFact[];
  /** Runs admitted by anybody within the last hour. */
  readonly runsLastHour: number;
  /** Alerts that fire, as far as an `unless` of the batch could mean them. */
  readonly firing: Firing;
  /** Ids of the targets with an open incident whose alert fires, by the kinds in question. */
  readonly sick: ReadonlyMap<string, ReadonlySet<string>>;
  /** By remediation, measured before the transaction. */
  readonly populations: ReadonlyMap<string, Population>;
  /** Of the config, looked at before the transaction. */
  readonly canaries: readonly CanaryState[];
  /** By rule, for those in question. */
  readonly openings: ReadonlyMap<string, Openings>;
  /** By rule and remediation (`breakerKey`), for those in question. */
  readonly ended: ReadonlyMap<string, readonly EndedRun[]>;
  /** A time interval of the config by its name; undefined where there is none. */
  readonly windows: Windows;
  /** Of the config. */
  readonly maintenance: readonly Maintenance[];
  /** When the alerts of a target went on and off by themselves, by rule and target (`flapKey`), for those in question. */
  readonly changes: ReadonlyMap<string, readonly Time[]>;
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
