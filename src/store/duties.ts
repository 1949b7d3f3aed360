import type { Time } from '../domain/time.ts';
import { at, type Sql } from './sql.ts';

/** When the week began that was last handed over; null where none was. */
export async function lastHandOver(sql: Sql, rotation: string): Promise<Time | null> {
  const [row] = await sql.query<{ since: Time }>('select since from remedyd.duties where rotation = $1', [rotation]);
  return row?.since ?? null;
}

export async function noteHandOver(sql: Sql, rotation: string, since: Time): Promise<void> {
  await sql.run(
    'insert into remedyd.duties (rotation, since) values ($1, $2) on conflict (rotation) do update set since = $2',
    [rotation, at(since)],
  );
}

export interface OpenIncident {
  readonly id: string;
  readonly rule: string;
  readonly target: string;
  readonly severity: string;
  readonly state: string;
  readonly reason: string;
  readonly openedAt: Time;
  readonly ackedBy: string | null;
}

/** Open incidents, the worst and oldest first. */
export async function openIncidents(sql: Sql, limit: number): Promise<OpenIncident[]> {
  return sql.query(
    `select id, rule, target_kind || ' ' || target_id as target, severity, state, reason, opened_at as "openedAt",
       acked_by as "ackedBy"
     from remedyd.incidents where ended_at is null
     order by array_position(array['critical', 'high', 'medium', 'low'], severity), opened_at limit $1`,
    [limit],
  );
}

export interface RunCount {
  readonly remediation: string;
  readonly outcome: string;
  readonly count: number;
}

/** What ran since then, and what came of it. */
export async function runsSince(sql: Sql, since: Time): Promise<RunCount[]> {
  return sql.query(
    `select remediation, coalesce(outcome, 'under way') as outcome, count(*) as count from remedyd.runs
     where admitted_at >= $1 and not dry group by 1, 2 order by 3 desc, 1, 2 limit 50`,
    [at(since)],
  );
}

/** How many incidents were opened since then, and of how many a person was told. */
export async function incidentsSince(
  sql: Sql,
  since: Time,
): Promise<{ readonly opened: number; readonly paged: number }> {
  const [row] = await sql.query<{ opened: number; paged: number }>(
    `select count(*) filter (where opened_at >= $1) as opened, count(*) filter (where paged_at >= $1) as paged
     from remedyd.incidents where opened_at >= $1 or paged_at >= $1`,
    [at(since)],
  );
  return row ?? { opened: 0, paged: 0 };
}
