import type { Target } from '../domain/alert.ts';
import type { Time } from '../domain/time.ts';
import { at, type Sql } from './sql.ts';

/** What an alert of a rule did on one target, by itself. */
export interface Restless {
  readonly rule: string;
  readonly target: Target;
  /** When it went on and off, in order. */
  readonly changes: readonly Time[];
}

/** More than anybody could look at. */
const MOST = 200;

/** Every target of these rules on which an alert went on by itself at least so often since then, the most restless first. */
export async function restlessTargets(
  sql: Sql,
  rules: readonly string[],
  since: Time,
  fewest: number,
): Promise<Restless[]> {
  if (rules.length === 0) return [];
  const rows = await sql.query<{ rule: string; kind: string; id: string; on: Time[]; off: (Time | null)[] }>(
    `select rule, target_kind as kind, target_id as id,
       array_agg((extract(epoch from opened_at) * 1000)::float8) as "on",
       array_agg((extract(epoch from ended_at) * 1000)::float8) as off
     from remedyd.incidents
     where rule = any($1) and opened_at >= $2
       and (ended_at is null or (state = 'closed' and reason = 'cleared-by-itself'))
     group by 1, 2, 3 having count(*) >= $3 order by count(*) desc, 1, 2, 3 limit ${MOST}`,
    [rules, at(since), fewest],
    'restless-targets',
  );
  return rows.map(({ rule, kind, id, on, off }) => {
    const changes = [...on, ...off.filter((time) => time !== null)].sort((a, b) => a - b);
    return { rule, target: { kind, id }, changes };
  });
}
