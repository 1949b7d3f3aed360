import { type Config, timeIntervalsOf } from './config/schema.ts';
import { sayWhy } from './decide/say-why.ts';
import { type ExplainParts, type Why, whyOf } from './decide/why.ts';
import type { Clock } from './domain/time.ts';
import type { Remediation } from './remediation/define.ts';
import type { Rulebook } from './rules/rulebook.ts';
import type { Db } from './store/db.ts';
import { lastPopulations } from './store/populations.ts';

/** What explanations rest on, put together for the service and for commands beside it. Without a database nothing was counted. */
export async function explainParts(
  config: Config,
  clock: Clock,
  remediations: ReadonlyMap<string, Remediation>,
  rulebook: () => Rulebook,
  db: Db | null,
): Promise<ExplainParts> {
  const counted = db === null ? new Map() : await lastPopulations(db);
  return {
    clock,
    remediations,
    rulebook,
    limits: config.guards,
    unmatched: config.unmatched,
    timeIntervals: timeIntervalsOf(config),
    maintenance: config.maintenance,
    populations: { known: () => counted },
  };
}

/** Says why an incident stands as it does, with what was counted by then; undefined where there is none. */
export function explainer(
  config: Config,
  clock: Clock,
  remediations: ReadonlyMap<string, Remediation>,
  rulebook: () => Rulebook,
  db: Db,
): (id: string) => Promise<Why | undefined> {
  return async (id) => whyOf(db, await explainParts(config, clock, remediations, rulebook, db), id);
}

/** The same in lines, as the terminal and Slack both say it; null where there is no such incident. */
export function whyLines(
  explain: (id: string) => Promise<Why | undefined>,
  clock: Pick<Clock, 'now'>,
): (id: string) => Promise<readonly string[] | null> {
  return async (id) => {
    const found = await explain(id);
    return found === undefined ? null : sayWhy(found, clock.now());
  };
}
