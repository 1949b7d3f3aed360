import { formatDuration } from '../domain/duration.ts';
import type { Topic } from '../domain/event.ts';
import type { Delivery } from '../notify/channel.ts';
import { compose } from '../notify/compose.ts';
import { readView } from '../notify/read-view.ts';
import { nextAttempt } from '../notify/retry.ts';
import { findThread, noteFailure, noteSent, saveThread } from '../store/channels.ts';
import { type Handed, insertOutbox, type OutboxRow, putOff, sendsBefore, strike, wait } from '../store/outbox.ts';
import type { Sql } from '../store/sql.ts';
import { type ChannelAt, channelAt, nameOf } from './addresses.ts';
import { addToHistory } from './history.ts';
import { type PeopleParts, viewSources } from './people.ts';

/** How soon a message looks again whether the one before it in the thread has gone out. */
const TURN = 500;

/** Delivers one message on one channel, or puts it off, or has the other channels say what this one cannot. */
export async function sendRow(parts: PeopleParts, row: OutboxRow): Promise<void> {
  const { db, clock } = parts;
  const { id: rowId, incidentId } = row;
  if (incidentId === null) return;
  const name = String(row.data.channel);
  const topic = row.data.topic as Topic;
  if (await sendsBefore(db, incidentId, name, rowId)) return wait(db, rowId, clock.now() + TURN);
  const delivery = await deliver(parts, row, incidentId, channelAt(parts.channels, name), topic);
  // Cut off by the end of the service: that is no failure of the channel, and the next start sends it at once.
  if (delivery.kind === 'retry' && parts.hardStop.aborted) return wait(db, rowId, clock.now());
  const why = delivery.kind === 'sent' ? null : delivery.why;
  parts.onTold(name, topic, delivery.kind, why);
  const handed = await db.transaction(async (sql) => {
    const now = clock.now();
    if (delivery.kind === 'sent') {
      if ((await strike(sql, [rowId])) === 0) return [];
      if (delivery.ref !== null) await saveThread(sql, incidentId, name, delivery.ref);
      await noteSent(sql, name, now);
      return addToHistory(sql, incidentId, 'told', `${name} took the ${topic}`, { channel: name, topic }, now);
    }
    await noteFailure(sql, name, delivery.why, now);
    if (delivery.kind === 'rejected') {
      if ((await strike(sql, [rowId])) === 0) return [];
      const said = await useOthers(sql, parts, row, topic, `${name} refused this ${topic}: ${delivery.why}`, now);
      const data = { channel: name, topic, why: delivery.why };
      return [
        ...said,
        ...(await addToHistory(sql, incidentId, 'untold', `${name} refused the ${topic}: ${delivery.why}`, data, now)),
      ];
    }
    await putOff(sql, rowId, now + nextAttempt(row.attempts + 1, delivery.after, parts.random), delivery.why);
    const waiting = now - row.createdAt;
    if (row.data.fallback === true || waiting < parts.notify.fallback.after) return [];
    await sql.run(`update remedyd.outbox set data = data || '{"fallback": true}' where id = $1`, [rowId]);
    const note = `${name} could not be reached for ${formatDuration(waiting)} (${delivery.why}); it is still being tried`;
    return useOthers(sql, parts, row, topic, note, now);
  });
  parts.handOver(handed);
}

async function deliver(
  parts: PeopleParts,
  row: OutboxRow,
  incidentId: string,
  at: ChannelAt | undefined,
  topic: Topic,
): Promise<Delivery> {
  if (at === undefined) return { kind: 'rejected', why: 'the channel is not configured any more' };
  const notes = [row.data.say, row.data.notes].flatMap((said) => (Array.isArray(said) ? said.map(String) : []));
  const view = await readView(viewSources(parts), incidentId, notes);
  if (view === undefined) return { kind: 'rejected', why: 'the incident is gone' };
  const message = compose(view, topic, parts.clock.now());
  const { channel, address } = at;
  const ref = await findThread(parts.db, incidentId, String(row.data.channel));
  return channel.send(message, { signal: parts.hardStop, ref, address, idempotencyKey: `outbox-${row.id}` });
}

/** Says on every other channel what this one could not: a page that reaches nobody is the worst of all outcomes. */
async function useOthers(
  sql: Sql,
  parts: PeopleParts,
  row: OutboxRow,
  topic: Topic,
  note: string,
  now: number,
): Promise<Handed[]> {
  if (topic !== 'page' && topic !== 'ask') return [];
  const others = parts.notify.fallback.order.filter(
    (name) => name !== nameOf(String(row.data.channel)) && parts.channels.has(name),
  );
  // What already came through a fallback is not passed round in circles.
  if (others.length === 0 || Array.isArray(row.data.notes)) {
    parts.onUnreachable(row.incidentId ?? '', note);
    return [];
  }
  const rows = others.map((channel) => {
    const data = { channel, topic, notes: [note] };
    return { kind: 'send' as const, incidentId: row.incidentId, runId: null, data, dueAt: now };
  });
  return insertOutbox(sql, rows, now);
}
