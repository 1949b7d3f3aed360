import type { Time } from '../domain/time.ts';
import { type Handed, insertOutbox } from '../store/outbox.ts';
import type { Sql } from '../store/sql.ts';
import type { Notice } from './notice.ts';

/** Owes the team a notice, in the transaction of what it tells of. @returns the row to hand over after the commit. */
export function oweNotice(sql: Sql, { title, lines }: Notice, now: Time): Promise<Handed[]> {
  return insertOutbox(
    sql,
    [{ kind: 'notice', incidentId: null, runId: null, data: { title, lines }, dueAt: now }],
    now,
  );
}
