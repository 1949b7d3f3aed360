import { createHash } from 'node:crypto';
import type { Entry } from '../domain/event.ts';
import type { Json } from '../domain/json.ts';
import { type Time, toIso } from '../domain/time.ts';
import { insertMany, type Sql } from './sql.ts';
import { storable } from './storable.ts';

export interface TimelineRow extends Entry {
  readonly incidentId: string;
  readonly seq: number;
  readonly at: Time;
  readonly hash: string;
}

/** What the chain of an incident without entries starts from. */
export const GENESIS = '';

/** Chains entries to an incident's history: each hash covers the entry and the hash before it. */
export function chain(
  incidentId: string,
  head: string,
  seq: number,
  entries: readonly Entry[],
  at: Time,
): TimelineRow[] {
  let last = head;
  // The hash is over what is stored, so that it can be made again from there.
  return storable(entries).map((entry, i) => {
    last = hashOf(incidentId, last, seq + i + 1, entry, at);
    return { ...entry, incidentId, seq: seq + i + 1, at, hash: last };
  });
}

/** The first entry whose hash does not follow from the one before it; null where the history is whole. */
export function firstBreak(rows: readonly TimelineRow[]): TimelineRow | null {
  let last = GENESIS;
  for (const [i, row] of rows.entries()) {
    if (row.seq !== i + 1 || row.hash !== hashOf(row.incidentId, last, row.seq, row, row.at)) return row;
    last = row.hash;
  }
  return null;
}

export async function insertTimeline(sql: Sql, rows: readonly TimelineRow[]): Promise<void> {
  if (rows.length === 0) return;
  await insertMany(sql, 'timeline', [
    { name: 'incident_id', type: 'text', values: rows.map((r) => r.incidentId) },
    { name: 'seq', type: 'integer', values: rows.map((r) => r.seq) },
    { name: 'at', type: 'timestamptz', values: rows.map((r) => r.at) },
    { name: 'type', type: 'text', values: rows.map((r) => r.type) },
    { name: 'reason', type: 'text', values: rows.map((r) => r.reason) },
    { name: 'summary', type: 'text', values: rows.map((r) => r.summary) },
    { name: 'data', type: 'jsonb', values: rows.map((r) => r.data) },
    { name: 'hash', type: 'text', values: rows.map((r) => r.hash) },
  ]);
}

export async function readTimeline(sql: Sql, incidentId: string): Promise<TimelineRow[]> {
  return sql.query<TimelineRow>(
    `select incident_id as "incidentId", seq, at, type, reason, summary, data, hash
     from remedyd.timeline where incident_id = $1 order by seq`,
    [incidentId],
    'read-timeline',
  );
}

/** When somebody last noted something about an incident; null where nobody has. */
export async function lastNotedAt(sql: Sql, incidentId: string): Promise<Time | null> {
  const [row] = await sql.query<{ at: Time | null }>(
    `select max(at) as at from remedyd.timeline where incident_id = $1 and type = 'noted'`,
    [incidentId],
    'last-noted-at',
  );
  return row?.at ?? null;
}

/** When something of this topic was last told about an incident, on any channel; null where it never was. */
export async function lastToldAt(sql: Sql, incidentId: string, topic: string): Promise<Time | null> {
  const [row] = await sql.query<{ at: Time | null }>(
    `select max(at) as at from remedyd.timeline where incident_id = $1 and type = 'told' and data->>'topic' = $2`,
    [incidentId, topic],
    'last-told-at',
  );
  return row?.at ?? null;
}

/** Whether a note about this stands in the history. */
export async function isNoted(sql: Sql, incidentId: string, about: string): Promise<boolean> {
  const rows = await sql.query(
    `select 1 from remedyd.timeline where incident_id = $1 and type = 'noted' and data->>'about' = $2 limit 1`,
    [incidentId, about],
    'is-noted',
  );
  return rows.length > 0;
}

/** Who took an incident over last, by the Slack id; null where nobody did, or not in Slack. */
export async function lastTakenBy(sql: Sql, incidentId: string): Promise<string | null> {
  const [row] = await sql.query<{ person: string | null }>(
    `select data->>'person' as person from remedyd.timeline
     where incident_id = $1 and type = 'acknowledged' order by seq desc limit 1`,
    [incidentId],
    'last-taken-by',
  );
  return row?.person ?? null;
}

function hashOf(incidentId: string, last: string, seq: number, entry: Entry, at: Time): string {
  const text = stable([incidentId, last, seq, toIso(at), entry.type, entry.reason, entry.summary, entry.data]);
  return createHash('sha256').update(text).digest('base64url');
}

/** JSON with sorted keys: the database does not keep their order. */
function stable(value: Json): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value ?? null);
  if (Array.isArray(value)) return `[${value.map(stable).join(',')}]`;
  const object = value as { readonly [key: string]: Json };
  const keys = Object.keys(object)
    .filter((key) => object[key] !== undefined)
    .sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${stable(object[key] ?? null)}`).join(',')}}`;
}
