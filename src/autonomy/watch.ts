import { breakerState, MOST_ENDED } from '../decide/guards/breaker.ts';
import { newId } from '../domain/id.ts';
import type { Clock, Millis, Time } from '../domain/time.ts';
import { oweNotice } from '../notify/owe-notice.ts';
import type { Remediation } from '../remediation/define.ts';
import type { Rulebook } from '../rules/rulebook.ts';
import type { Db } from '../store/db.ts';
import { debtsSince, healsOf } from '../store/debts.ts';
import { demote, standingDemotions } from '../store/demotions.ts';
import { endedRuns } from '../store/guard-facts.ts';
import type { Handed } from '../store/outbox.ts';
import { restlessTargets } from '../store/restless.ts';
import type { Sql } from '../store/sql.ts';
import { noteOnce } from '../store/team-notes.ts';
import type { AutonomyConfig } from './config.ts';
import { readFigures } from './figures.ts';
import { debtNote, demotionNote, flappingNote, promotionNote, whyBroken } from './notes.ts';
import { couldAct, earnedMode } from './proposal.ts';
import { restlessSince } from './restless.ts';

export interface AutonomyParts {
  readonly db: Db;
  readonly clock: Clock;
  readonly remediations: ReadonlyMap<string, Remediation>;
  readonly autonomy: AutonomyConfig;
  /** When a person is paged where a rule does not say it. */
  readonly escalateAfter: Millis;
  rulebook(): Rulebook;
  handOver(rows: readonly Handed[]): void;
}

/** How often it is looked whether a breaker broke. While it is open the rule asks anyway, so nothing is missed in between. */
export const LOOK_EVERY: Millis = 60_000;

/** Beyond these the worst come first, and the others with the next look. */
const MOST_NOTES = 10;

const MOST_HEALS = 10;

/** Who went on less often cannot have been flapping for long. */
const FEWEST = 2;

/** How long a proposal that nobody took up rests before it is made again. */
const PROPOSED_AGAIN: Millis = 30 * 86_400_000;

/** How long an alert that goes on flapping rests until the team is told once more. */
const FLAPPING_AGAIN: Millis = 86_400_000;

/**
 * One turn: demotes rules whose breaker broke, tells of alerts that have been flapping for long and, when it is time, tells the team
 * of debts and proposals.
 */
export async function watchAutonomy(parts: AutonomyParts): Promise<void> {
  await demoteBroken(parts);
  await noteFlapping(parts);
  const now = parts.clock.now();
  if (!(await noteOnce(parts.db, 'look', 'autonomy', now, parts.autonomy.every))) return;
  await noteDebts(parts);
  await propose(parts);
}

/** Demotes every rule that acts by itself and has a broken breaker, and tells the team, each in one transaction. */
export async function demoteBroken(parts: AutonomyParts): Promise<void> {
  const { db, remediations } = parts;
  const acting = parts.rulebook().rules.filter((rule) => rule.mode === 'auto' && couldAct(rule, remediations));
  const pairs = acting.flatMap((rule) =>
    [...new Set(rule.do.map(({ remediation }) => remediation))].map((remediation) => ({
      rule: rule.name,
      remediation,
    })),
  );
  const handed = await db.transaction(async (sql) => {
    const now = parts.clock.now();
    // First of all: who is promoted while this goes on was demoted here, and so is left alone.
    const demoted = new Set((await standingDemotions(sql)).map(({ rule }) => rule));
    const ended = Map.groupBy(await endedRuns(sql, pairs, MOST_ENDED), (run) => `${run.rule} ${run.remediation}`);
    const owed: Handed[] = [];
    for (const { rule, remediation } of pairs) {
      const state = breakerState(ended.get(`${rule} ${remediation}`) ?? []);
      if (demoted.has(rule) || state.openSince === null) continue;
      const why = whyBroken(remediation, state);
      if (!(await demote(sql, { id: newId('dem', now), rule, since: now, why }))) continue;
      demoted.add(rule);
      owed.push(...(await oweNotice(sql, demotionNote(rule, why), now)));
    }
    return owed;
  });
  parts.handOver(handed);
}

/** Tells the team of every rule that heals one target again and again, once in the period. */
export async function noteDebts(parts: AutonomyParts): Promise<void> {
  const { heals, within } = parts.autonomy.debt;
  const handed = await parts.db.transaction(async (sql) => {
    const now = parts.clock.now();
    const owed: Handed[] = [];
    for (const debt of await debtsSince(sql, now - within, heals)) {
      const { rule, target } = debt;
      if (!(await noteOnce(sql, 'debt', `${rule} ${target.kind}:${target.id}`, now, within))) continue;
      const last = await healsOf(sql, rule, target, now - within, MOST_HEALS);
      owed.push(...(await oweNotice(sql, debtNote(debt, last, within), now)));
      if (owed.length === MOST_NOTES) break;
    }
    return owed;
  });
  parts.handOver(handed);
}

/** Tells the team of every alert that the flapping guardrail has held for so long. */
export async function noteFlapping(parts: AutonomyParts): Promise<void> {
  const after = parts.autonomy.flapping_after;
  // A rule that only observes holds nothing.
  const rules = new Map(
    parts
      .rulebook()
      .rules.filter(({ mode }) => mode !== 'observe')
      .map(({ name, guards }) => [name, guards.flapping]),
  );
  const longest = Math.max(0, ...[...rules.values()].map(({ within }) => within));
  const handed = await parts.db.transaction(async (sql) => {
    const now = parts.clock.now();
    const owed: Handed[] = [];
    for (const restless of await restlessTargets(sql, [...rules.keys()], now - after - 2 * longest, FEWEST)) {
      const { rule, target } = restless;
      const limit = rules.get(rule);
      const since = limit === undefined ? null : restlessSince(restless.changes, limit, now);
      if (limit === undefined || since === null || now - since < after) continue;
      if (!(await noteOnce(sql, 'flapping', `${rule} ${target.kind}:${target.id}`, now, FLAPPING_AGAIN))) continue;
      owed.push(...(await oweNotice(sql, flappingNote(restless, since, limit, now), now)));
      if (owed.length === MOST_NOTES) break;
    }
    return owed;
  });
  parts.handOver(handed);
}

/** Proposes to the team what rules have earned. */
export async function propose(parts: AutonomyParts): Promise<void> {
  const { db, autonomy, remediations, rulebook } = parts;
  const { rules } = rulebook();
  const handed = await db.transaction(async (sql) => {
    const now = parts.clock.now();
    const demoted = new Set((await standingDemotions(sql)).map(({ rule }) => rule));
    const figures = await readFigures(sql, rules, autonomy.window, parts.escalateAfter, now);
    const owed: Handed[] = [];
    for (const rule of rules) {
      const own = figures.get(rule.name);
      if (own === undefined || demoted.has(rule.name) || !couldAct(rule, remediations)) continue;
      const to = earnedMode(rule.mode, own, autonomy);
      if (to === null || !(await first(sql, `${rule.name} ${to}`, now))) continue;
      owed.push(...(await oweNotice(sql, promotionNote(rule.name, to, own), now)));
    }
    return owed;
  });
  parts.handOver(handed);
}

function first(sql: Sql, key: string, now: Time): Promise<boolean> {
  return noteOnce(sql, 'proposal', key, now, PROPOSED_AGAIN);
}
