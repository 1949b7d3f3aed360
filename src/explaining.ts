import type { Config } from './config/schema.ts';
import { type Canaries, createCanaries } from './decide/canaries.ts';
import { sayWhy } from './decide/say-why.ts';
import { type ExplainParts, type Why, whyOf } from './decide/why.ts';
import type { Clock } from './domain/time.ts';
import { settingsOf } from './engine/settings.ts';
import type { Remediation } from './remediation/define.ts';
import type { Rulebook } from './rules/rulebook.ts';
import type { Db } from './store/db.ts';
import { lastPopulations } from './store/populations.ts';
import { knock } from './tools/knock.ts';

/** What explanations rest on, put together for the service and for commands beside it. Without a database nothing was counted. */
export async function explainParts(
  config: Config,
  clock: Clock,
  remediations: ReadonlyMap<string, Remediation>,
  rulebook: () => Rulebook,
  db: Db | null,
  canaries: Canaries,
): Promise<ExplainParts> {
  const counted = db === null ? new Map() : await lastPopulations(db);
  return { ...settingsOf(config), clock, remediations, rulebook, populations: { known: () => counted }, canaries };
}

/** The canaries of the config, nobody having looked at them yet. */
export function openCanaries({ canaries }: Pick<Config, 'canaries'>, clock: Clock, hardStop: AbortSignal): Canaries {
  return createCanaries({ canaries, clock, hardStop, knock });
}

/** Says why an incident stands as it does, with what was counted by then; undefined where there is none. */
export function explainer(
  config: Config,
  clock: Clock,
  remediations: ReadonlyMap<string, Remediation>,
  rulebook: () => Rulebook,
  db: Db,
  canaries: Canaries,
): (id: string) => Promise<Why | undefined> {
  return async (id) => whyOf(db, await explainParts(config, clock, remediations, rulebook, db, canaries), id);
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
