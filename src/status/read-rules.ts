import { readFigures } from '../autonomy/figures.ts';
import type { Share } from '../autonomy/share.ts';
import { breakerState, MOST_ENDED } from '../decide/guards/breaker.ts';
import type { JsonObject } from '../domain/json.ts';
import { type Clock, type Millis, type Time, toIso } from '../domain/time.ts';
import { modeInForce, type Rule } from '../rules/rule.ts';
import type { Rulebook } from '../rules/rulebook.ts';
import type { Db } from '../store/db.ts';
import { standingDemotions } from '../store/demotions.ts';
import { endedRuns, type RuleRemediation } from '../store/guard-facts.ts';
import { lastRuns } from '../store/outcomes.ts';

export interface RulesParts {
  readonly db: Db;
  readonly clock: Clock;
  /** How far back the figures count. */
  readonly window: Millis;
  /** When a person is paged where a rule does not say it. */
  readonly escalateAfter: Millis;
  rulebook(): Rulebook;
}

const LAST = 5;

const iso = (time: Time | null): string | null => (time === null ? null : toIso(time));

/** Every rule in force: what its file says, what counts, how its runs did, and what that made of it. */
export async function readRules(parts: RulesParts): Promise<JsonObject> {
  const { db, clock } = parts;
  const { version, rules } = parts.rulebook();
  const pairs = rules.flatMap(remediationsOf);
  const [figures, demotions, ended, runs] = await Promise.all([
    readFigures(db, rules, parts.window, parts.escalateAfter, clock.now()),
    standingDemotions(db),
    endedRuns(db, pairs, MOST_ENDED),
    lastRuns(db, pairs, LAST),
  ]);
  const demoted = new Map(demotions.map((demotion) => [demotion.rule, demotion]));
  const items = rules.map((rule): JsonObject => {
    const { name, description, runbook, mode, priority, do: attempts, origin } = rule;
    const demotion = demoted.get(name);
    const own = figures.get(name);
    const breakers = remediationsOf(rule).map(({ remediation }): JsonObject => {
      const state = breakerState(ended.filter((run) => run.rule === name && run.remediation === remediation));
      const { openSince, withoutHeld, recurred } = state;
      return { remediation, open: openSince !== null, openSince: iso(openSince), withoutHeld, recurred };
    });
    return {
      name,
      description,
      runbook,
      mode,
      effectiveMode: modeInForce(rule, demotion !== undefined),
      demotion: demotion === undefined ? null : { since: toIso(demotion.since), why: demotion.why },
      priority,
      do: attempts.map(({ remediation }) => remediation),
      autonomy:
        own === undefined
          ? null
          : { windowMs: parts.window, held: shareJson(own.held), selfCleared: shareJson(own.selfCleared) },
      breakers,
      lastRuns: runs
        .filter((run) => run.rule === name)
        .slice(0, LAST)
        .map(({ id, incidentId, remediation, outcome, endedAt, recurredAt }) => {
          return { id, incident: incidentId, remediation, outcome, endedAt: iso(endedAt), recurredAt: iso(recurredAt) };
        }),
      origin: { ...origin },
    };
  });
  return { version, items };
}

function remediationsOf({ name: rule, do: attempts }: Rule): readonly RuleRemediation[] {
  return [...new Set(attempts.map(({ remediation }) => remediation))].map((remediation) => ({ rule, remediation }));
}

/** `low` and `high` are the ends of the 95 % interval. */
function shareJson({ count, of, rate, low, high }: Share): JsonObject {
  return { count, of, rate, low, high };
}
