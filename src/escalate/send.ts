import { formatDuration } from '../domain/duration.ts';
import type { Topic } from '../domain/event.ts';
import type { Channel, Delivery } from '../notify/channel.ts';
import { compose } from '../notify/compose.ts';
import type { Attachment } from '../notify/remark.ts';
import { nextAttempt } from '../notify/retry.ts';
import { reportFile } from '../notify/say/remind.ts';
import type { IncidentView } from '../notify/view.ts';
import { endTurn, noteMiss, passBreaker, takeTurn } from '../store/channel-breaker.ts';
import { findThread, noteRefusal, noteSent, saveThread } from '../store/channels.ts';
import { type Handed, type OutboxRow, putOff, sendBefore, strike, wait } from '../store/outbox.ts';
import type { Sql } from '../store/sql.ts';
import { noteHeard } from '../store/unheard.ts';
import { type ChannelAt, channelAt, nameOf } from './addresses.ts';
import { leaveAlone, onceElsewhere, TURN, waitBehind } from './elsewhere.ts';
import { addToHistory } from './history.ts';
import { type PeopleParts, viewFor } from './people.ts';
import { standIn, strings } from './stand-in.ts';

/** Longer than any channel takes for one message: whoever died while it was their turn keeps the others waiting so long. */
const TURN_HOLD = 60_000;

/** Delivers one message on one channel, or puts it off, or has the other channels say what this one cannot. */
export async function sendRow(parts: PeopleParts, row: OutboxRow): Promise<void> {
  const { db, clock } = parts;
  const { id: rowId, incidentId } = row;
  if (incidentId === null) return void (await strike(db, [rowId]));
  const key = String(row.data.channel);
  const before = await sendBefore(db, incidentId, key, rowId);
  if (before !== null) return waitBehind(parts, row, before);
  const at = channelAt(parts.channels, key);
  const { name, apart } = at?.channel ?? {};
  if (name === undefined || apart === undefined) return sendNow(parts, row, incidentId, at);
  const free = await takeTurn(db, name, TURN_HOLD, clock.now());
  if (free !== null) return wait(db, rowId, Math.max(free, clock.now() + TURN));
  try {
    await sendNow(parts, row, incidentId, at);
  } finally {
    await endTurn(db, name, clock.now() + apart);
  }
}

/** A channel that only wakes people has nothing to say of what somebody took after it was owed. */
interface Needless {
  readonly kind: 'needless';
  readonly why: string;
}

async function sendNow(
  parts: PeopleParts,
  row: OutboxRow,
  incidentId: string,
  at: ChannelAt | undefined,
): Promise<void> {
  const { db, clock } = parts;
  const key = String(row.data.channel);
  const topic = row.data.topic as Topic;
  const passage = await passBreaker(db, nameOf(key), clock.now());
  if (passage.kind === 'open') return leaveAlone(parts, row, topic, passage);
  const delivery = await deliver(parts, row, incidentId, at, topic);
  if (delivery.kind === 'needless') return spare(parts, row, incidentId, delivery.why);
  // Cut off by the end of the service: that is no failure of the channel, and the next start sends it at once.
  if (delivery.kind === 'retry' && parts.hardStop.aborted) {
    if (delivery.ref !== undefined) await saveThread(db, incidentId, key, delivery.ref);
    return wait(db, row.id, clock.now());
  }
  parts.onTold(nameOf(key), topic, delivery.kind, delivery.kind === 'sent' ? (delivery.note ?? null) : delivery.why);
  const handed = await db.transaction((sql) => settle(sql, parts, row, incidentId, delivery));
  parts.handOver(handed);
}

/** Nobody is woken for what somebody has by now. */
async function spare(parts: PeopleParts, row: OutboxRow, incidentId: string, why: string): Promise<void> {
  const { db, clock } = parts;
  const { channel, topic } = row.data;
  const handed = await db.transaction(async (sql) => {
    if ((await strike(sql, [row.id])) === 0) return [];
    const summary = `${channel} was not troubled with the ${topic}: ${why}`;
    return addToHistory(
      sql,
      incidentId,
      'untold',
      summary,
      { channel: String(channel), topic: String(topic), why },
      clock.now(),
    );
  });
  parts.handOver(handed);
}

/** Writes what came of a message. */
async function settle(
  sql: Sql,
  parts: PeopleParts,
  row: OutboxRow,
  incidentId: string,
  delivery: Delivery,
): Promise<Handed[]> {
  const now = parts.clock.now();
  const key = String(row.data.channel);
  const name = nameOf(key);
  const topic = row.data.topic as Topic;
  const told = (type: 'told' | 'untold', summary: string, more: Record<string, string>) =>
    addToHistory(sql, incidentId, type, summary, { channel: key, topic, ...more }, now);
  switch (delivery.kind) {
    case 'sent': {
      if ((await strike(sql, [row.id])) === 0) return [];
      if (delivery.ref !== null) await saveThread(sql, incidentId, key, delivery.ref);
      await noteSent(sql, name, delivery.note ?? null, now);
      if (topic === 'page' && parts.channels.get(name)?.pages === true) await noteHeard(sql, incidentId);
      const { note } = delivery;
      // That the time runs is no history.
      if (topic === 'count') return [];
      return note === undefined
        ? told('told', `${key} took the ${topic}`, {})
        : told('told', `${key} took the ${topic}, but ${note}`, { why: note });
    }
    case 'rejected': {
      await noteRefusal(sql, name, delivery.why, now);
      if ((await strike(sql, [row.id])) === 0) return [];
      const note = `${key} refused this ${topic}, so it comes here: ${delivery.why}`;
      const said = await standIn(sql, parts, row, { topic, note, forGood: true }, now);
      return [
        ...said,
        ...(await told('untold', `${key} refused the ${topic}: ${delivery.why}`, { why: delivery.why })),
      ];
    }
    case 'retry': {
      const { after, why, ref } = delivery;
      const open = await noteMiss(sql, name, why, after, parts.notify.breaker, now);
      if (ref !== undefined) await saveThread(sql, incidentId, key, ref);
      await putOff(sql, row.id, now + nextAttempt(row.attempts + 1, after, parts.random), why);
      const waiting = now - row.createdAt;
      if (!open && waiting < parts.notify.fallback.after) return [];
      const since = waiting < 1_000 ? '' : ` for ${formatDuration(waiting)}`;
      const note = `${key} could not be reached${since} (${why}), so this comes here too; it is still being tried.`;
      return onceElsewhere(sql, parts, row, topic, note);
    }
  }
}

async function deliver(
  parts: PeopleParts,
  row: OutboxRow,
  incidentId: string,
  at: ChannelAt | undefined,
  topic: Topic,
): Promise<Delivery | Needless> {
  if (at === undefined) return { kind: 'rejected', why: 'the channel is not configured any more' };
  const notes = [...strings(row.data.say), ...strings(row.data.notes)];
  const view = await viewFor(parts, incidentId, notes);
  if (view === undefined) return { kind: 'rejected', why: 'the incident is gone' };
  const now = parts.clock.now();
  const message = compose(view, topic, now);
  const { channel, address } = at;
  const { ackedAt, ackedBy } = view.incident;
  const isTakenSince = message.topic === 'page' && ackedAt !== null && ackedAt > row.createdAt;
  if (isTakenSince && !channel.wants(compose(view, 'update', now)))
    return { kind: 'needless', why: `${ackedBy} has it` };
  const mention = Array.isArray(row.data.mention) ? row.data.mention.map(String) : [];
  const ref = await findThread(parts.db, incidentId, String(row.data.channel));
  const file = topic === 'end' ? await fileFor(parts, channel, view) : null;
  // The number alone is another message's in another installation that uses the same account.
  const idempotencyKey = `${incidentId}.${row.id}`;
  return channel.send(message, { signal: parts.hardStop, ref, address, mention, file, idempotencyKey });
}

/** The report, where the message carries it. That it cannot be written is no reason not to tell of the end. */
async function fileFor(parts: PeopleParts, channel: Channel, view: IncidentView): Promise<Attachment | null> {
  const { id, endedAt } = view.incident;
  if (channel.carriesFiles !== true || endedAt === null) return null;
  const markdown = await parts.report(id).catch(() => undefined);
  return markdown === undefined ? null : reportFile(id, markdown, null);
}
