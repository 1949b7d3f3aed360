import { formatDuration } from '../domain/duration.ts';
import type { Topic } from '../domain/event.ts';
import type { Time } from '../domain/time.ts';
import { stamp } from '../notify/say/when.ts';
import type { Passage } from '../store/channel-breaker.ts';
import { type Handed, type OutboxRow, wait } from '../store/outbox.ts';
import type { Sql } from '../store/sql.ts';
import type { PeopleParts } from './people.ts';
import { standIn } from './stand-in.ts';

/** How soon a message looks again whether the one before it in the thread has gone out. */
export const TURN = 500;

/**
 * An earlier message of the thread has not gone out. The order in the thread holds; but whoever is to be woken is not to wait for
 * news that a dead channel does not take.
 */
export async function waitBehind(parts: PeopleParts, row: OutboxRow, before: Time): Promise<void> {
  const { db, clock, notify } = parts;
  const now = clock.now();
  const topic = row.data.topic as Topic;
  const again = Math.max(now + TURN, before);
  const isOwedElsewhere = (topic === 'page' || topic === 'ask') && row.data.fallback !== true;
  if (!isOwedElsewhere) return wait(db, row.id, again);
  const late = row.createdAt + notify.fallback.after;
  if (now < late) return wait(db, row.id, Math.min(again, Math.max(now + TURN, late)));
  const key = String(row.data.channel);
  const handed = await db.transaction(async (sql) => {
    await wait(sql, row.id, again);
    const note = `${key} has not taken what came before this for ${formatDuration(now - row.createdAt)}; it is still being tried`;
    return onceElsewhere(sql, parts, row, topic, note);
  });
  parts.handOver(handed);
}

/** The breaker is open: the message waits for the channel, and nobody waits for the message. */
export async function leaveAlone(
  parts: PeopleParts,
  row: OutboxRow,
  topic: Topic,
  { since, why, again }: Extract<Passage, { kind: 'open' }>,
): Promise<void> {
  const handed = await parts.db.transaction(async (sql) => {
    const now = parts.clock.now();
    // A probe under way keeps others away for longer than it mostly takes to come back.
    await wait(sql, row.id, Math.max(now + TURN, Math.min(again, now + parts.notify.breaker.probe_every)));
    const note = `${String(row.data.channel)} has not answered since ${stamp(since)} (${why}), so this comes here too; it is still being tried.`;
    return onceElsewhere(sql, parts, row, topic, note);
  });
  parts.handOver(handed);
}

export async function onceElsewhere(
  sql: Sql,
  parts: PeopleParts,
  row: OutboxRow,
  topic: Topic,
  note: string,
): Promise<Handed[]> {
  if (row.data.fallback === true) return [];
  await sql.run(`update remedyd.outbox set data = data || '{"fallback": true}' where id = $1`, [row.id]);
  return standIn(sql, parts, row, { topic, note, forGood: false }, parts.clock.now());
}
