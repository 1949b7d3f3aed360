import type { Target } from '../domain/alert.ts';
import type { Time } from '../domain/time.ts';
import { at, type Sql } from './sql.ts';

/** One rule that healed one target again and again. */
export interface Debt {
  readonly rule: string;
  readonly target: Target;
  readonly heals: number;
  readonly lastHealedAt: Time;
}

/** More than anybody could look at. */
const MOST = 200;

/** Every rule and target with at least so many heals since then, the most frequent first. */
export async function debtsSince(sql: Sql, since: Time, heals: number): Promise<Debt[]> {
  const rows = await sql.query<{ rule: string; kind: string; id: string; heals: number; last: Time }>(
    `select rule, target_kind as kind, target_id as id, count(*) as heals, max(ended_at) as last
     from remedyd.incidents where state = 'healed' and ended_at >= $1
     group by 1, 2, 3 having count(*) >= $2 order by 4 desc, 1, 2, 3 limit ${MOST}`,
    [at(since), heals],
    'debts-since',
  );
  return rows.map(({ rule, kind, id, last, heals: count }) => {
    return { rule, target: { kind, id }, heals: count, lastHealedAt: last };
  });
}

/** One heal, and what had helped; null where that is not known any more. */
export interface Heal {
  readonly incidentId: string;
  readonly openedAt: Time;
  readonly endedAt: Time;
  readonly remediation: string | null;
}

/** The last heals of a target by a rule, newest first. */
export async function healsOf(sql: Sql, rule: string, target: Target, since: Time, limit: number): Promise<Heal[]> {
  return sql.query<Heal>(
    `select i.id as "incidentId", i.opened_at as "openedAt", i.ended_at as "endedAt",
       (select r.remediation from remedyd.runs r where r.incident_id = i.id and r.outcome = 'held'
        order by r.ended_at desc limit 1) as remediation
     from remedyd.incidents i
     where i.state = 'healed' and i.rule = $1 and i.target_kind = $2 and i.target_id = $3 and i.ended_at >= $4
     order by i.ended_at desc limit $5`,
    [rule, target.kind, target.id, at(since), limit],
    'heals-of',
  );
}
