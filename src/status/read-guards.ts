import { MEMORY, MOST_OPENINGS, openingsByRule } from '../decide/facts.ts';
import { breakerKey, breakerState, MOST_ENDED } from '../decide/guards/breaker.ts';
import type { GlobalLimits } from '../decide/guards/guard.ts';
import { stormNow } from '../decide/guards/storm.ts';
import { type Clock, type Time, toIso } from '../domain/time.ts';
import type { Maintenance } from '../rules/maintenance.ts';
import type { Rule } from '../rules/rule.ts';
import type { Rulebook } from '../rules/rulebook.ts';
import { type TimeIntervals, type Windows, windowsAt } from '../rules/windows.ts';
import type { Db } from '../store/db.ts';
import { endedRuns, openingsOf } from '../store/guard-facts.ts';
import { heldByRule, type RecentRun, recentRuns } from '../store/guard-figures.ts';
import { standingPauses } from '../store/pauses.ts';
import { runsAdmittedSince } from '../store/runs.ts';

/** What guardrails are asked with, beside the database. */
export interface GuardsParts {
  readonly db: Db;
  readonly clock: Clock;
  readonly limits: GlobalLimits;
  readonly timeIntervals: TimeIntervals;
  readonly maintenance: readonly Maintenance[];
  rulebook(): Rulebook;
}

const HOUR = 3_600_000;

/** What the guardrails hold now: of the whole service, and of each rule. */
export async function readGuards({ db, clock, limits, timeIntervals, maintenance, rulebook }: GuardsParts) {
  const now = clock.now();
  const { rules } = rulebook();
  const pairs = rules.flatMap(({ name: rule, do: attempts }) =>
    attempts.map(({ remediation }) => ({ rule, remediation })),
  );
  const stormy = rules.filter(({ guards }) => guards.storm !== null).map(({ name }) => name);
  const longest = Math.min(MEMORY, Math.max(0, ...rules.map(({ guards }) => guards.budget.per)));
  const [pauses, lastHour, runs, held, opened, ended] = await Promise.all([
    standingPauses(db, now),
    runsAdmittedSince(db, now - HOUR),
    recentRuns(db, now - longest),
    heldByRule(db),
    openingsOf(db, stormy, now - MEMORY, MOST_OPENINGS + 1),
    endedRuns(db, pairs, MOST_ENDED),
  ]);
  const windows = windowsAt(timeIntervals, now);
  const openings = openingsByRule(stormy, opened);
  const byPair = Map.groupBy(ended, ({ rule, remediation }) => breakerKey(rule, remediation));
  const heldOf = Map.groupBy(held, ({ rule }) => rule);
  return {
    at: toIso(now),
    pauses: pauses.map(({ scope, key, owner, why, until }) => ({ scope, key, owner, why, until: iso(until) })),
    maintenance: maintenance
      .filter(({ at }) => at.some((name) => windows(name)?.open))
      .map(({ name, why, pages, rules: ofRules, targets }) => ({ name, why, pages, rules: ofRules, targets })),
    service: {
      running: runs.filter(({ endedAt }) => endedAt === null).length,
      atOnce: limits.runs_at_once,
      lastHour,
      perHour: limits.runs_per_hour,
    },
    items: rules.map((rule) => {
      const { name, mode, guards } = rule;
      const known = openings.get(name);
      const storm = guards.storm === null || known === undefined ? null : stormNow(known, guards.storm, now);
      const own = runs.filter((run) => run.rule === name);
      return {
        rule: name,
        mode,
        paused: pauses.some(({ scope, key }) => scope === 'global' || (scope === 'rule' && key === name)),
        window: windowOf(rule, windows),
        storm: storm === null ? null : { brokeOut: sayTime(storm.brokeOut), endsAt: toIso(storm.endsAt) },
        concurrency: { running: own.filter(({ endedAt }) => endedAt === null).length, max: guards.concurrency },
        budget: { ...guards.budget, targets: budgetOf(own, now - guards.budget.per) },
        breakers: rule.do.map(({ remediation }) => {
          const { openSince, withoutHeld, recurred } = breakerState(byPair.get(breakerKey(name, remediation)) ?? []);
          return { remediation, openSince: iso(openSince), withoutHeld, recurred };
        }),
        held: Object.fromEntries((heldOf.get(name) ?? []).map(({ reason, count }) => [reason, count])),
      };
    }),
  };
}

/** Runs within the period, by target. */
function budgetOf(runs: readonly RecentRun[], since: Time) {
  const counted = runs.filter(
    ({ admittedAt, outcome }) => admittedAt > since && outcome !== 'noop' && outcome !== 'stopped',
  );
  return [...Map.groupBy(counted, ({ target }) => target)].map(([target, list]) => ({ target, used: list.length }));
}

function windowOf({ guards: { window: name } }: Rule, windows: Windows) {
  if (name === null) return null;
  const window = windows(name);
  return { name, open: window?.open ?? false, opensAt: iso(window?.opensAt ?? null) };
}

function sayTime(at: Time | 'before memory'): string {
  return at === 'before memory' ? at : toIso(at);
}

function iso(at: Time | null): string | null {
  return at === null ? null : toIso(at);
}
