import type { Cover } from '../domain/gathering.ts';
import type { Incident } from '../domain/incident.ts';
import { type Clock, type Millis, type Time, toIso } from '../domain/time.ts';
import { standingCovers, strikeDeadlines, uncovered, waitingFor } from '../store/covers.ts';
import type { Db } from '../store/db.ts';
import { lockIncidents } from '../store/incidents.ts';
import type { Handed } from '../store/outbox.ts';
import { record } from '../store/record.ts';
import type { Sql } from '../store/sql.ts';
import { coveredBy, type PutOff, type PutOffParts, putOffChange, timeToHeal } from './put-off.ts';

export interface CoverParts extends PutOffParts {
  readonly db: Db;
  readonly clock: Clock;
  handOver(rows: readonly Handed[]): void;
}

/** A deadline that comes sooner than this is put off before it comes, together with the others. */
const AHEAD: Millis = 60_000;

const AT_ONCE = 1_000;

/**
 * Keeps the deadlines of a storm from paging one by one while its own page stands for them, and gives each a new one when it
 * is over. Set-based: ten thousand incidents are ten transactions. Whatever this fails to do, the deadlines page.
 */
export async function keepCovered(parts: CoverParts): Promise<void> {
  const covers = await standingCovers(parts.db);
  for (const cover of covers) {
    await all(
      parts,
      (sql, now) => waitingFor(sql, aboutOf(cover), now + AHEAD, AT_ONCE),
      (incident, now) => coveredBy(parts, covers, incident, now),
    );
  }
  const ids = covers.map(({ id }) => id);
  await all(
    parts,
    (sql) => uncovered(sql, ids, AT_ONCE),
    (incident, now) => overFor(parts, incident, now),
  );
}

function aboutOf({ gathering, rule }: Cover) {
  const reasons = { RuleStorm: null, CommonCause: 'common-cause', SelfIsolated: 'isolated' };
  return { rule, reason: reasons[gathering] };
}

async function all(
  parts: CoverParts,
  find: (sql: Sql, now: Time) => Promise<readonly string[]>,
  laterFor: (incident: Incident, now: Time) => PutOff | null,
): Promise<void> {
  for (;;) {
    const { found, changed, handed } = await parts.db.transaction(async (sql) => {
      const now = parts.clock.now();
      const ids = await find(sql, now);
      const stored = await lockIncidents(sql, ids);
      const changes = [...stored.values()].flatMap((before) => {
        const later = laterFor(before.incident, now);
        return (later === null ? null : putOffChange(before, later, now)) ?? [];
      });
      await strikeDeadlines(
        sql,
        changes.map(({ after }) => after.id),
      );
      return { found: ids.length, changed: changes.length, handed: await record(sql, changes, now) };
    });
    parts.handOver(handed);
    // What could not be changed is found again by the next turn; asking on would be for ever.
    if (found < AT_ONCE || changed === 0) return;
  }
}

function overFor(parts: PutOffParts, { rule, coveredBy: by }: Incident, now: Time): PutOff {
  const until = now + timeToHeal(parts, rule);
  return {
    until,
    by: null,
    reason: null,
    summary: `What ${by} paged for is over and this is not: it is judged anew, and pages at ${toIso(until)}`,
    data: { was: by, until },
  };
}
