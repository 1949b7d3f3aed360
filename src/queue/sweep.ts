import type { Clock, Millis, Time } from '../domain/time.ts';
import type { Db } from '../store/db.ts';
import { type Handed, insertOutbox, type NewOutboxRow, type OutboxKind } from '../store/outbox.ts';
import { at, type Sql } from '../store/sql.ts';

export interface SweepParts {
  readonly db: Db;
  readonly clock: Clock;
  /** How long an incident may stand without the work that its state owes before that is made up for. */
  readonly grace: Millis;
  handOver(rows: readonly Handed[]): void;
  onFound(kind: OutboxKind, count: number): void;
}

/** Which work an open incident of a state must have in the outbox, or it would stand still for ever. */
const OWED: readonly { readonly kind: OutboxKind; readonly where: string }[] = [
  { kind: 'decide', where: `i.state in ('received', 'held')` },
  { kind: 'execute', where: `i.state = 'running'` },
  { kind: 'verify', where: `i.state = 'verifying'` },
  { kind: 'deadline', where: 'i.deadline_at is not null' },
];

/**
 * Recomputes from the state what is owed, and makes up for what is missing. In a sound system it finds nothing; a lost
 * row, by whatever cause, then delays and does not lose.
 *
 * @returns how many rows it had to write.
 */
export async function sweep(parts: SweepParts): Promise<number> {
  const handed: Handed[] = [];
  let found = 0;
  await parts.db.transaction(async (sql) => {
    handed.length = 0;
    found = 0;
    const now = parts.clock.now();
    for (const { kind, where } of OWED) {
      const rows = await missing(sql, kind, where, now - parts.grace, now);
      handed.push(...(await insertOutbox(sql, rows, now)));
      found += rows.length;
      if (rows.length > 0) parts.onFound(kind, rows.length);
    }
    // A run whose incident went on without it must not hold its target for ever.
    await sql.run(
      `update remedyd.runs r set ended_at = $1 from remedyd.incidents i
       where r.incident_id = i.id and r.ended_at is null and (i.ended_at < $2 or i.run_id is distinct from r.id)
         and i.updated_at < $2 and (r.executor_until is null or r.executor_until < $2)`,
      [at(now), at(now - parts.grace)],
    );
  });
  parts.handOver(handed);
  return found;
}

async function missing(sql: Sql, kind: OutboxKind, where: string, before: Time, now: Time): Promise<NewOutboxRow[]> {
  const rows = await sql.query<{ id: string; runId: string | null; deadlineAt: Time | null }>(
    `select i.id, i.run_id as "runId", i.deadline_at as "deadlineAt" from remedyd.incidents i
     where i.ended_at is null and i.updated_at < $1 and ${where}
       and not exists (select 1 from remedyd.outbox o where o.incident_id = i.id and o.kind = $2)
     order by i.id limit 1000 for update skip locked`,
    [at(before), kind],
  );
  return rows.map(({ id, runId, deadlineAt }) => {
    const run = kind === 'execute' || kind === 'verify' ? runId : null;
    const dueAt = kind === 'deadline' ? (deadlineAt ?? now) : now;
    return { kind, incidentId: id, runId: run, data: {}, dueAt };
  });
}
