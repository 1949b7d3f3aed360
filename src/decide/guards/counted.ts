import type { Labels } from '../../domain/alert.ts';
import type { Outcome } from '../../domain/outcome.ts';
import type { Millis, Time } from '../../domain/time.ts';
import type { Matcher } from '../../rules/matchers/matcher.ts';

/** How many things there are of which a remediation acts on one. */
export interface Population {
  readonly count: number;
  readonly at: Time;
  /** The fewest and the most that were counted within the hour before; undefined where nothing was. */
  readonly hour?: { readonly least: number; readonly most: number } | undefined;
}

/** Ended runs of one remediation under one rule, oldest first. */
export interface EndedRun {
  readonly outcome: Outcome | null;
  readonly endedAt: Time;
  /** A person had approved it. */
  readonly approved: boolean;
}

export interface FiringAlert {
  readonly name: string;
  readonly labels: Labels;
}

/** Alerts that fire now, of any source, for the `unless` of rules. */
export interface Firing {
  /** More fire than can be looked at, so nobody can say that none of them matters. */
  readonly tooMany: boolean;
  readonly count: number;
  /** One that all of them match. Looked for once, however many incidents ask. */
  first(matchers: readonly Matcher[]): FiringAlert | undefined;
}

/** An incident that a rule opened. */
export interface Opening {
  readonly target: string;
  readonly at: Time;
}

/** What a rule opened, newest first, as far back as is remembered. */
export interface Openings {
  readonly list: readonly Opening[];
  /** There are older ones that were not read. */
  readonly cut: boolean;
}

export interface StormLimits {
  readonly firing: number;
  readonly within: Millis;
  readonly calm: Millis;
}

/** Whether something that must always be reachable was, when it was last looked at. */
export interface CanaryState {
  readonly name: string;
  readonly ok: boolean;
  readonly why: string | null;
  /** Null where nobody has looked yet, which counts as not reachable. */
  readonly at: Time | null;
}
