import type { JsonObject } from '../domain/json.ts';
import type { Time } from '../domain/time.ts';
import { at, type Sql } from './sql.ts';
import { json } from './storable.ts';

/** One line of a run's journal, as the executor writes it. */
export interface StoredJournalRow {
  readonly step: string;
  readonly phase: string;
  readonly at: Time;
  readonly data: JsonObject;
}

export async function readJournal(sql: Sql, runId: string): Promise<StoredJournalRow[]> {
  return sql.query<StoredJournalRow>(
    'select step, phase, at, data from remedyd.journal where run_id = $1 order by seq',
    [runId],
    'read-journal',
  );
}

export async function readJournals(
  sql: Sql,
  runIds: readonly string[],
): Promise<(StoredJournalRow & { runId: string })[]> {
  return sql.query<StoredJournalRow & { runId: string }>(
    'select run_id as "runId", step, phase, at, data from remedyd.journal where run_id = any($1) order by run_id, seq',
    [runIds],
    'read-journals',
  );
}

/**
 * Writes one line, only if `fence` is still the run's.
 *
 * @returns false where it is not, and nothing was written.
 */
export async function appendJournal(sql: Sql, runId: string, fence: number, row: StoredJournalRow): Promise<boolean> {
  const touched = await sql.run(
    `insert into remedyd.journal (run_id, seq, step, phase, at, fence, data)
     select r.id, coalesce((select max(seq) from remedyd.journal where run_id = r.id), 0) + 1, $3, $4, $5, $2, $6
     from remedyd.runs r where r.id = $1 and r.fence = $2 and r.ended_at is null for update of r`,
    [runId, fence, row.step, row.phase, at(row.at), json(row.data)],
    'append-journal',
  );
  return touched === 1;
}
