import type { Incident } from '../domain/incident.ts';
import type { Time } from '../domain/time.ts';
import { fromRow, type IncidentRow } from './incidents.ts';
import { at, type Sql } from './sql.ts';

export interface IncidentFilter {
  /** States; empty is any. */
  readonly states: readonly string[];
  readonly open: boolean | null;
  readonly rule: string | null;
  /** `kind:id`. */
  readonly target: string | null;
  readonly limit: number;
  /** Where the page before ended. */
  readonly after: { readonly openedAt: Time; readonly id: string } | null;
}

/** Newest first. One more than the limit is read, to know whether there is another page. */
export async function listIncidents(
  sql: Sql,
  filter: IncidentFilter,
): Promise<{ incidents: Incident[]; more: boolean }> {
  const { states, open, rule, target, limit, after } = filter;
  const rows = await sql.query<IncidentRow>(
    `select * from remedyd.incidents
     where (cardinality($1::text[]) = 0 or state = any($1))
       and ($2::boolean is null or (ended_at is null) = $2)
       and ($3::text is null or rule = $3)
       and ($4::text is null or target_kind || ':' || target_id = $4)
       and ($5::timestamptz is null or (opened_at, id) < ($5, $6))
     order by opened_at desc, id desc limit $7`,
    [states, open, rule, target, at(after?.openedAt ?? null), after?.id ?? '', limit + 1],
    'list-incidents',
  );
  return { incidents: rows.slice(0, limit).map((row) => fromRow(row).incident), more: rows.length > limit };
}

/** How many incidents are open, by state. */
export async function openByState(sql: Sql): Promise<Readonly<Record<string, number>>> {
  const rows = await sql.query<{ state: string; count: number }>(
    'select state, count(*) as count from remedyd.incidents where ended_at is null group by 1',
  );
  return Object.fromEntries(rows.map((row) => [row.state, row.count]));
}

export async function pendingApprovals(sql: Sql): Promise<number> {
  const [row] = await sql.query<{ count: number }>(
    `select count(*) as count from remedyd.incidents where state = 'approving'`,
  );
  return row?.count ?? 0;
}
