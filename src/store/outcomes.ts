import type { Outcome } from '../domain/outcome.ts';
import type { Millis, Time } from '../domain/time.ts';
import type { RuleRemediation } from './guard-facts.ts';
import { at, type Sql } from './sql.ts';

/** By rule, how many runs ended since then with an outcome that says whether they help, and how many held to this day. */
export async function runsJudged(
  sql: Sql,
  since: Time,
): Promise<{ readonly rule: string; readonly held: number; readonly judged: number }[]> {
  return sql.query(
    `select rule, count(*) filter (where outcome = 'held' and recurred_at is null) as held, count(*) as judged
     from remedyd.runs
     where not dry and ended_at >= $1 and outcome in ('held', 'recurred', 'ineffective', 'worse', 'failed', 'unknown')
     group by rule`,
    [at(since)],
    'runs-judged',
  );
}

/**
 * By rule, how many incidents that opened since then were only observed, and how many of them cleared by themselves within
 * the rule's time. Those whose time is not over yet are left out, also when they have cleared, or the quick ones would
 * count double. So are those that a person took over or closed within the time: nobody knows what would have become of them.
 */
export async function observedOf(
  sql: Sql,
  rules: readonly { readonly rule: string; readonly within: Millis }[],
  since: Time,
  now: Time,
): Promise<{ readonly rule: string; readonly cleared: number; readonly observed: number }[]> {
  return sql.query(
    `select o.rule, count(*) filter (where o.reason = 'cleared-by-itself' and o.ended_at <= o.until) as cleared,
       count(*) as observed
     from (
       select i.rule, i.reason, i.ended_at, i.acked_at, i.opened_at + w.within * interval '1 millisecond' as until
       from unnest($1::text[], $2::bigint[]) as w(rule, within) join remedyd.incidents i on i.rule = w.rule
       where i.opened_at >= $3 and i.tries = 0
         and exists (select 1 from remedyd.runs r where r.incident_id = i.id and r.dry)) o
     where o.until <= $4 and (o.acked_at is null or o.acked_at > o.until)
       and not (o.reason = 'closed-by-person' and o.ended_at <= o.until)
     group by o.rule`,
    [rules.map(({ rule }) => rule), rules.map(({ within }) => within), at(since), at(now)],
    'observed-of',
  );
}

/** A run that has ended, as lists show it. */
export interface LastRun extends RuleRemediation {
  readonly id: string;
  readonly incidentId: string;
  readonly outcome: Outcome | null;
  readonly endedAt: Time;
  readonly recurredAt: Time | null;
}

/** The last runs of each remediation under its rule, newest first, so many of each. */
export async function lastRuns(sql: Sql, pairs: readonly RuleRemediation[], limit: number): Promise<LastRun[]> {
  if (pairs.length === 0) return [];
  return sql.query(
    `select w.rule, w.remediation, r.* from unnest($1::text[], $2::text[]) as w(rule, remediation) cross join lateral (
       select id, incident_id as "incidentId", outcome, ended_at as "endedAt", recurred_at as "recurredAt"
       from remedyd.runs r
       where r.rule = w.rule and r.remediation = w.remediation and r.ended_at is not null and not r.dry
       order by r.ended_at desc limit $3) r
     order by r."endedAt" desc`,
    [pairs.map((p) => p.rule), pairs.map((p) => p.remediation), limit],
    'last-runs',
  );
}
