import type { Outcome } from '../../domain/outcome.ts';
import { type Millis, type Time, toIso } from '../../domain/time.ts';
import type { EndedRun } from './counted.ts';
import { type Facts, type Guard, type Subject, yes } from './guard.ts';

const FAILURES = 3;
const RECURRENCES = 3;
const RECURRED_WITHIN: Millis = 4 * 3_600_000;

/** These say nothing about whether the remediation helps. */
const SILENT: readonly (Outcome | null)[] = ['noop', 'stopped', 'dry'];

/** How many runs of a remediation under a rule, the last ones, the breaker looks back on; whoever asks it reads as many. */
export const MOST_ENDED = 50;

export interface BreakerState {
  /** Since when; null while it is closed. */
  readonly openSince: Time | null;
  /** Runs in a row that did not hold. */
  readonly withoutHeld: number;
  readonly recurred: number;
}

/** A batch asks about the same history again and again. */
const KNOWN = new WeakMap<readonly EndedRun[], BreakerState>();

/** What the history of runs makes of the breaker. Once open, only a run that a person approved and that held closes it. */
export function breakerState(runs: readonly EndedRun[]): BreakerState {
  const known = KNOWN.get(runs) ?? stateOf(runs);
  KNOWN.set(runs, known);
  return known;
}

function stateOf(runs: readonly EndedRun[]): BreakerState {
  let openSince: Time | null = null;
  let withoutHeld = 0;
  let recurred: readonly Time[] = [];
  for (const { outcome, endedAt, approved } of runs) {
    if (SILENT.includes(outcome)) continue;
    if (outcome === 'held') {
      withoutHeld = 0;
      if (openSince === null || !approved) continue;
      openSince = null;
      recurred = [];
      continue;
    }
    withoutHeld += 1;
    if (outcome === 'recurred') recurred = [...recurred, endedAt];
    if (recurred.length > 0) recurred = recurred.filter((at) => at > endedAt - RECURRED_WITHIN);
    if (withoutHeld >= FAILURES || recurred.length >= RECURRENCES) openSince ??= endedAt;
  }
  return { openSince, withoutHeld, recurred: recurred.length };
}

/** Under which name the runs of a subject stand in the facts. */
export function breakerKey(rule: string, remediation: string): string {
  return `${rule} ${remediation}`;
}

/** @throws Error where nobody has read the history, which counts as no. */
export function breakerOf({ rule, remediation }: Pick<Subject, 'rule' | 'remediation'>, facts: Facts): BreakerState {
  const runs = facts.ended.get(breakerKey(rule, remediation));
  if (runs === undefined) throw new Error(`Nobody has read how '${remediation}' did under the rule '${rule}'`);
  return breakerState(runs);
}

/**
 * A remediation that does not help is not tried on and on: while its breaker is open a person is asked. So this one never
 * says no by itself; its numbers go with the question.
 */
export const breaker: Guard = {
  name: 'breaker',
  ask(subject, facts) {
    const { openSince, withoutHeld, recurred } = breakerOf(subject, facts);
    return yes({
      open: openSince !== null,
      openSince: openSince === null ? null : toIso(openSince),
      withoutHeld,
      recurred,
    });
  },
};
