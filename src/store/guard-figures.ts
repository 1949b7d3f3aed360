import type { Outcome } from '../domain/outcome.ts';
import type { Reason } from '../domain/reason.ts';
import type { Time } from '../domain/time.ts';
import { at, type Sql } from './sql.ts';

export interface RecentRun {
  readonly rule: string;
  /** `kind:id`. */
  readonly target: string;
  readonly admittedAt: Time;
  readonly endedAt: Time | null;
  readonly outcome: Outcome | null;
}

const MOST = 5_000;

/** Runs that last, and those that were admitted since then; of very many the newest. */
export async function recentRuns(sql: Sql, since: Time): Promise<RecentRun[]> {
  return sql.query<RecentRun>(
    `select rule, target_kind || ':' || target_id as target, admitted_at as "admittedAt", ended_at as "endedAt", outcome
     from remedyd.runs where not dry and (ended_at is null or admitted_at > $1) order by admitted_at desc limit ${MOST}`,
    [at(since)],
    'recent-runs',
  );
}

/** How many incidents each rule has waiting, by reason. */
export async function heldByRule(
  sql: Sql,
): Promise<{ readonly rule: string; readonly reason: Reason; readonly count: number }[]> {
  return sql.query(
    `select rule, reason, count(*) as count from remedyd.incidents
     where ended_at is null and state = 'held' group by rule, reason order by rule, reason`,
    [],
    'held-by-rule',
  );
}
