import { nextReminder } from '../domain/cadence.ts';
import type { Millis, Time } from '../domain/time.ts';
import { threadsOf } from '../store/channels.ts';
import { findIncident } from '../store/incidents.ts';
import {
  type Handed,
  insertOutbox,
  type NewOutboxRow,
  type OutboxRow,
  repliesWaiting,
  strike,
} from '../store/outbox.ts';
import type { Sql } from '../store/sql.ts';
import { isNoted, lastNotedAt, lastToldAt } from '../store/timeline.ts';
import { channelAt } from './addresses.ts';
import { type About, remarkRow } from './owe-remarks.ts';
import type { PeopleParts } from './people.ts';

/**
 * Fans a remark out: one reply for each thread that there is by now. Whoever strikes the row does it, so that two replicas do it
 * once; what was due several times while nobody could do it is done once.
 */
export async function remarkRowDue(parts: PeopleParts, row: OutboxRow): Promise<void> {
  const { incidentId } = row;
  if (incidentId === null) return void (await strike(parts.db, [row.id]));
  const about = row.data.about as About;
  const handed = await parts.db.transaction(async (sql): Promise<readonly Handed[]> => {
    if ((await strike(sql, [row.id])) === 0) return [];
    const now = parts.clock.now();
    switch (about) {
      case 'reminder':
        return remind(sql, parts, incidentId, row.dueAt, now);
      case 'post-mortem':
        return (await isNoted(sql, incidentId, about))
          ? []
          : insertOutbox(sql, await replies(sql, parts, row, now), now);
      default:
        return insertOutbox(sql, await replies(sql, parts, row, now), now);
    }
  });
  parts.handOver(handed);
}

/** A message takes so long at most where nothing is wrong. */
const SOON: Millis = 30_000;

/** Whoever has noted something since the last reminder has given the update: the next one counts from there. */
async function remind(
  sql: Sql,
  parts: PeopleParts,
  incidentId: string,
  dueAt: Time,
  now: Time,
): Promise<readonly Handed[]> {
  const incident = (await findIncident(sql, incidentId))?.incident;
  const every = incident === undefined ? null : parts.incidents.updates[incident.severity];
  if (incident === undefined || every === null) return [];
  const noted = await lastNotedAt(sql, incidentId);
  // One that was late counts from when it was said, or the next one would follow on its heels.
  const said = (await lastToldAt(sql, incidentId, 'reminder')) ?? 0;
  const due = nextReminder(parts.incidents.updates, incident, noted, Math.max(dueAt - every, said - SOON));
  if (due === null) return [];
  if (due > now) return insertOutbox(sql, [remarkRow(incidentId, 'reminder', due)], now);
  const next = remarkRow(incidentId, 'reminder', now + every);
  const row = { incidentId, data: { about: 'reminder' } };
  // One thread is enough to be asked in: the incident's own.
  const [first] = await replies(sql, parts, row, now);
  return insertOutbox(sql, first === undefined ? [next] : [first, next], now);
}

async function replies(
  sql: Sql,
  { channels }: PeopleParts,
  { incidentId, data }: Pick<OutboxRow, 'incidentId' | 'data'>,
  now: Time,
): Promise<readonly NewOutboxRow[]> {
  if (incidentId === null) return [];
  const waiting = data.about === 'note' ? new Set() : await repliesWaiting(sql, incidentId, String(data.about));
  const places = await threadsOf(sql, incidentId);
  return places
    .filter((key) => channelAt(channels, key)?.channel.remark !== undefined && !waiting.has(key))
    .map((channel) => ({ kind: 'reply', incidentId, runId: null, data: { ...data, channel }, dueAt: now }));
}
