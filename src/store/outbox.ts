import type { JsonObject } from '../domain/json.ts';
import type { Millis, Time } from '../domain/time.ts';
import { at, insertMany, type Sql } from './sql.ts';
import { json } from './storable.ts';

export const OUTBOX_KINDS = [
  'decide',
  'deadline',
  'execute',
  'verify',
  'expire',
  'count',
  'tell',
  'send',
  'climb',
  'notice',
  'remark',
  'reply',
  'answer',
  'all-clear',
] as const;

export type OutboxKind = (typeof OUTBOX_KINDS)[number];

/** Work owed, not yet stored. */
export interface NewOutboxRow {
  readonly kind: OutboxKind;
  readonly incidentId: string | null;
  readonly runId: string | null;
  readonly data: JsonObject;
  readonly dueAt: Time;
}

export interface OutboxRow extends NewOutboxRow {
  readonly id: number;
  readonly attempts: number;
  readonly createdAt: Time;
  readonly lastError: string | null;
}

/** How long a row that was handed to the queue is left alone before it is handed over again. */
export const HANDED_FOR: Millis = 10_000;

/** What a caller needs to hand freshly written rows to the queue at once. */
export interface Handed {
  readonly id: number;
  readonly kind: OutboxKind;
  /** How often it was handed over. A job that a killed process still seems to hold must not stand in the way of the next. */
  readonly handed: number;
}

/**
 * Writes work owed. Rows that are due already count as handed to the queue: the caller does that right after its
 * transaction, and if it dies first the relay does it when `HANDED_FOR` is over.
 *
 * @returns the rows to hand over.
 */
export async function insertOutbox(sql: Sql, rows: readonly NewOutboxRow[], now: Time): Promise<Handed[]> {
  if (rows.length === 0) return [];
  const due = (row: NewOutboxRow) => row.dueAt <= now;
  const inserted = await insertMany<{ id: number; kind: OutboxKind; handed: boolean }>(
    sql,
    'outbox',
    [
      { name: 'kind', type: 'text', values: rows.map((r) => r.kind) },
      { name: 'incident_id', type: 'text', values: rows.map((r) => r.incidentId) },
      { name: 'run_id', type: 'text', values: rows.map((r) => r.runId) },
      { name: 'data', type: 'jsonb', values: rows.map((r) => r.data) },
      { name: 'due_at', type: 'timestamptz', values: rows.map((r) => r.dueAt) },
      { name: 'queued_until', type: 'timestamptz', values: rows.map((r) => (due(r) ? now + HANDED_FOR : null)) },
      { name: 'created_at', type: 'timestamptz', values: rows.map(() => now) },
    ],
    'returning id, kind, queued_until is not null as handed',
  );
  return inserted.filter((row) => row.handed).map(({ id, kind }) => ({ id, kind, handed: 1 }));
}

/** For writers without a queue of their own: the relay of a running service takes the rows with its next look. */
export async function leaveToRelay(sql: Sql, rows: readonly Handed[]): Promise<void> {
  if (rows.length === 0) return;
  await sql.run('update remedyd.outbox set queued_until = null where id = any($1)', [rows.map((row) => row.id)]);
}

/**
 * Claims due rows that nobody has handed over, oldest first.
 *
 * @param but kinds that are left to others
 */
export async function claimDue(sql: Sql, now: Time, limit: number, but: readonly OutboxKind[] = []): Promise<Handed[]> {
  return sql.query<Handed>(
    `update remedyd.outbox set queued_until = $2, handed = handed + 1 where id in (
       select id from remedyd.outbox where due_at <= $1 and (queued_until is null or queued_until <= $1)
         and kind <> all($4)
       order by due_at, id limit $3 for update skip locked)
     returning id, kind, handed`,
    [at(now), at(now + HANDED_FOR), limit, but],
    'claim-due',
  );
}

const COLUMNS = `id, kind, incident_id as "incidentId", run_id as "runId", data, due_at as "dueAt", attempts,
  created_at as "createdAt", last_error as "lastError"`;

/** The rows that still stand and are due, locked against other workers; rows that another one holds are left out. */
export async function lockRows(sql: Sql, ids: readonly number[], now: Time): Promise<OutboxRow[]> {
  return sql.query<OutboxRow>(
    `select ${COLUMNS} from remedyd.outbox where id = any($1) and due_at <= $2 order by id for update skip locked`,
    [ids, at(now)],
    'lock-outbox',
  );
}

export async function findRow(sql: Sql, id: number): Promise<OutboxRow | undefined> {
  const [row] = await sql.query<OutboxRow>(`select ${COLUMNS} from remedyd.outbox where id = $1`, [id], 'find-outbox');
  return row;
}

/** Strikes work that is done. @returns how many rows stood. */
export async function strike(sql: Sql, ids: readonly number[]): Promise<number> {
  return sql.run('delete from remedyd.outbox where id = any($1)', [ids], 'strike');
}

/** Puts work off after a failed attempt, and says why. */
export async function putOff(sql: Sql, id: number, dueAt: Time, error: string): Promise<void> {
  await sql.run(
    'update remedyd.outbox set due_at = $2, queued_until = null, attempts = attempts + 1, last_error = $3 where id = $1',
    [id, at(dueAt), error.slice(0, 2_000)],
    'put-off',
  );
}

/** Work of several parts: what it stands at now, and when it goes on. */
export async function moveOn(sql: Sql, id: number, data: JsonObject, dueAt: Time): Promise<void> {
  await sql.run('update remedyd.outbox set data = $2, due_at = $3, queued_until = null where id = $1', [
    id,
    json(data),
    at(dueAt),
  ]);
}

/** Puts work off that was not attempted, because it is not its turn. */
export async function wait(sql: Sql, id: number, dueAt: Time): Promise<void> {
  await sql.run('update remedyd.outbox set due_at = $2, queued_until = null where id = $1', [id, at(dueAt)], 'wait');
}

/** Keeps a row with its worker for as long as that one needs. */
export async function keepHanded(sql: Sql, id: number, until: Time): Promise<void> {
  await sql.run('update remedyd.outbox set queued_until = $2 where id = $1', [id, at(until)], 'keep-handed');
}

/**
 * The due time of the message for the same incident and channel that stands before this one, or null where none does: a
 * thread keeps its order.
 */
export async function sendBefore(sql: Sql, incidentId: string, channel: string, id: number): Promise<Time | null> {
  const [row] = await sql.query<{ dueAt: Time }>(
    `select due_at as "dueAt" from remedyd.outbox
     where kind = 'send' and incident_id = $1 and id < $3 and data->>'channel' = $2 order by id limit 1`,
    [incidentId, channel, id],
    'send-before',
  );
  return row?.dueAt ?? null;
}

/** The same for what is only said beside the messages: it waits for them, and they never wait for it. */
export async function replyBefore(sql: Sql, incidentId: string, channel: string, id: number): Promise<Time | null> {
  const [row] = await sql.query<{ dueAt: Time }>(
    `select due_at as "dueAt" from remedyd.outbox
     where kind in ('send', 'reply') and incident_id = $1 and id < $3 and data->>'channel' = $2 order by id limit 1`,
    [incidentId, channel, id],
    'reply-before',
  );
  return row?.dueAt ?? null;
}

/** The channels on which a reply of this kind to an incident still waits; one that is late is not sent twice. */
export async function repliesWaiting(sql: Sql, incidentId: string, about: string): Promise<ReadonlySet<string>> {
  const rows = await sql.query<{ channel: string }>(
    `select data->>'channel' as channel from remedyd.outbox
     where kind = 'reply' and incident_id = $1 and data->>'about' = $2`,
    [incidentId, about],
    'replies-waiting',
  );
  return new Set(rows.map(({ channel }) => channel));
}

/**
 * Whether older news of the same incident has not been fanned out yet; its messages must come first. A page that is to be
 * told once more holds nothing up: it was fanned out before.
 */
export async function tellsBefore(sql: Sql, incidentId: string, id: number): Promise<boolean> {
  const rows = await sql.query(
    `select 1 from remedyd.outbox
     where kind = 'tell' and incident_id = $1 and id < $2 and data->>'again' is null limit 1`,
    [incidentId, id],
    'tells-before',
  );
  return rows.length > 0;
}

/** Whether a page of this incident is to be told once more anyway. */
export async function isToldAgain(sql: Sql, incidentId: string): Promise<boolean> {
  const rows = await sql.query(
    `select 1 from remedyd.outbox where kind = 'tell' and incident_id = $1 and data->>'again' = 'true' limit 1`,
    [incidentId],
    'told-again',
  );
  return rows.length > 0;
}

export interface OutboxState {
  readonly depth: number;
  /** Of the rows that are due, how long the oldest has been. */
  readonly oldestDue: Time | null;
}

export async function outboxState(sql: Sql, now: Time): Promise<OutboxState> {
  const [row] = await sql.query<{ depth: number; oldest: Time | null }>(
    'select count(*) as depth, min(due_at) filter (where due_at <= $1) as oldest from remedyd.outbox',
    [at(now)],
  );
  return { depth: row?.depth ?? 0, oldestDue: row?.oldest ?? null };
}
