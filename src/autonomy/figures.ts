import type { Millis, Time } from '../domain/time.ts';
import type { Rule } from '../rules/rule.ts';
import { observedOf, runsJudged } from '../store/outcomes.ts';
import type { Sql } from '../store/sql.ts';
import type { RuleFigures } from './proposal.ts';
import { shareOf } from './share.ts';

/**
 * What was measured of each rule.
 *
 * @param window how far back it counts
 * @param escalateAfter when a person is paged where a rule does not say it. It also stands for rules that page at once: they
 *   leave no time in which something could clear.
 */
export async function readFigures(
  sql: Sql,
  rules: readonly Rule[],
  window: Millis,
  escalateAfter: Millis,
  now: Time,
): Promise<ReadonlyMap<string, RuleFigures>> {
  const patience = rules.map(({ name, escalate }) => ({ rule: name, within: escalate?.after || escalateAfter }));
  const [judged, observed] = await Promise.all([
    runsJudged(sql, now - window),
    observedOf(sql, patience, now - window, now),
  ]);
  const held = new Map(judged.map((row) => [row.rule, shareOf(row.held, row.judged)]));
  const cleared = new Map(observed.map((row) => [row.rule, shareOf(row.cleared, row.observed)]));
  const none = shareOf(0, 0);
  return new Map(
    rules.map(({ name }) => [name, { held: held.get(name) ?? none, selfCleared: cleared.get(name) ?? none }]),
  );
}
