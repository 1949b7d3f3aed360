import type { JsonObject } from '../domain/json.ts';
import type { Time } from '../domain/time.ts';
import { at, type Sql } from './sql.ts';
import { json } from './storable.ts';

/** What a channel gave us for an incident's thread; null before its first message. */
export async function findThread(sql: Sql, incidentId: string, channel: string): Promise<JsonObject | null> {
  const [row] = await sql.query<{ ref: JsonObject }>(
    'select ref from remedyd.threads where incident_id = $1 and channel = $2',
    [incidentId, channel],
    'find-thread',
  );
  return row?.ref ?? null;
}

export async function saveThread(sql: Sql, incidentId: string, channel: string, ref: JsonObject): Promise<void> {
  await sql.run(
    `insert into remedyd.threads (incident_id, channel, ref) values ($1, $2, $3)
     on conflict (incident_id, channel) do update set ref = $3`,
    [incidentId, channel, json(ref)],
    'save-thread',
  );
}

/** Every place, such as `slack` or `slack:#leads`, that has a thread about this incident. */
export async function threadsOf(sql: Sql, incidentId: string): Promise<string[]> {
  const rows = await sql.query<{ channel: string }>(
    'select channel from remedyd.threads where incident_id = $1 order by channel',
    [incidentId],
    'threads-of',
  );
  return rows.map(({ channel }) => channel);
}

/**
 * The channels, and places of channels such as `slack:#leads`, that have said something of this incident, or will as soon as
 * they can: a page that still waits for its channel will be read, too.
 */
export async function channelsTold(sql: Sql, incidentId: string): Promise<ReadonlySet<string>> {
  const rows = await sql.query<{ channel: string }>(
    `select channel from remedyd.threads where incident_id = $1
     union select data->>'channel' from remedyd.outbox where kind = 'send' and incident_id = $1
     order by 1`,
    [incidentId],
    'channels-told',
  );
  return new Set(rows.map((row) => row.channel));
}

export interface ChannelState {
  readonly name: string;
  /** Null while it works. */
  readonly failingSince: Time | null;
  readonly failures: number;
  readonly lastError: string | null;
  readonly lastSentAt: Time | null;
  /** Since when its breaker is open; null while it is closed. */
  readonly openedAt: Time | null;
}

export async function channelStates(sql: Sql): Promise<ChannelState[]> {
  return sql.query<ChannelState>(
    `select name, failing_since as "failingSince", failures, last_error as "lastError", last_sent_at as "lastSentAt",
       opened_at as "openedAt"
     from remedyd.channels order by name`,
  );
}

/**
 * The channel took a message: whatever was wrong with it is over, and its breaker closes.
 *
 * @param note what was wrong with the message all the same, such as one recipient of several.
 */
export async function noteSent(sql: Sql, channel: string, note: string | null, now: Time): Promise<void> {
  await sql.run(
    `insert into remedyd.channels (name, last_sent_at, last_error) values ($1, $2, $3)
     on conflict (name) do update set failing_since = null, failures = 0, last_error = $3, last_sent_at = $2,
       misses = 0, opened_at = null, probe_at = null`,
    [channel, at(now), note?.slice(0, 500) ?? null],
    'note-sent',
  );
}

/** The channel answered, and refused: it does not work, but it is there, so its breaker closes. */
export async function noteRefusal(sql: Sql, channel: string, error: string, now: Time): Promise<void> {
  await sql.run(
    `insert into remedyd.channels as c (name, failing_since, failures, last_error) values ($1, $2, 1, $3)
     on conflict (name) do update
       set failing_since = coalesce(c.failing_since, $2), failures = c.failures + 1, last_error = $3,
         misses = 0, opened_at = null, probe_at = null`,
    [channel, at(now), error.slice(0, 500)],
    'note-refusal',
  );
}
