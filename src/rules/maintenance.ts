import { type Target, targetKey } from '../domain/alert.ts';
import type { Time } from '../domain/time.ts';
import { type Matchable, matchesAll } from './matchers/match-labels.ts';
import type { Matcher } from './matchers/matcher.ts';
import type { Windows } from './windows.ts';

/** A planned time in which nothing is done about what it concerns. What is not given limits nothing. */
export interface Maintenance {
  readonly name: string;
  readonly why: string | null;
  /** Named times of the config; it goes on while one of them is open. */
  readonly at: readonly string[];
  /** Names of rules. */
  readonly rules: readonly string[] | null;
  /** `kind:id`, or `kind` for all of them. */
  readonly targets: readonly string[] | null;
  /** All of them agree on one of the alerts. */
  readonly match: readonly Matcher[];
  /** Whether deadlines page meanwhile. */
  readonly pages: boolean;
}

/** What a maintenance may concern. */
export interface Concerned {
  readonly rule: string;
  /** What the incident is about, and what would be acted on. */
  readonly targets: readonly Target[];
  /** Its alerts that fire. */
  readonly alerts: readonly Matchable[];
}

export interface Ongoing {
  readonly maintenance: Maintenance;
  /** Null where its end is not in sight. */
  readonly endsAt: Time | null;
}

/**
 * The maintenance that goes on for this; of several the one that ends last.
 *
 * @throws Error where one of them names a time that the config does not have.
 */
export function ongoing(all: readonly Maintenance[], windows: Windows, about: Concerned): Ongoing | undefined {
  const found = all.filter((one) => concerns(one, about)).flatMap((one) => at(one, windows));
  return found.toSorted((a, b) => (b.endsAt ?? Number.MAX_VALUE) - (a.endsAt ?? Number.MAX_VALUE))[0];
}

function concerns({ rules, targets, match }: Maintenance, about: Concerned): boolean {
  if (rules !== null && !rules.includes(about.rule)) return false;
  const named = about.targets.flatMap((target) => [target.kind, targetKey(target)]);
  if (targets !== null && !targets.some((target) => named.includes(target))) return false;
  return match.length === 0 || about.alerts.some((alert) => matchesAll(match, alert));
}

function at(maintenance: Maintenance, windows: Windows): readonly Ongoing[] {
  return maintenance.at.flatMap((name) => {
    const window = windows(name);
    if (window === undefined) throw new Error(`The config has no time interval '${name}'`);
    return window.open ? [{ maintenance, endsAt: window.closesAt }] : [];
  });
}
