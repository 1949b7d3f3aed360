import { hasEnded } from '../domain/incident.ts';
import { noteIn } from '../domain/note.ts';
import type { Millis } from '../domain/time.ts';
import type { Delivery } from '../notify/channel.ts';
import { statusOf } from '../notify/links.ts';
import { nextAttempt } from '../notify/retry.ts';
import { noted, postMortemReminder, reminder, reportFile } from '../notify/say/remind.ts';
import type { IncidentView } from '../notify/view.ts';
import { noteMiss, passBreaker } from '../store/channel-breaker.ts';
import { findThread, noteSent } from '../store/channels.ts';
import { findClimb } from '../store/climbs.ts';
import { type Handed, keepHanded, type OutboxRow, putOff, replyBefore, strike, wait } from '../store/outbox.ts';
import { lastTakenBy } from '../store/timeline.ts';
import { type ChannelAt, channelAt, nameOf } from './addresses.ts';
import { addToHistory } from './history.ts';
import type { About } from './owe-remarks.ts';
import { type PeopleParts, viewFor } from './people.ts';
import { whomOf } from './whom.ts';

/** How soon a reply looks again whether the message before it has gone out. */
const TURN: Millis = 500;

/** Longer than the three calls of an upload take together, so that nobody else begins it meanwhile. */
const HELD: Millis = 60_000;

/** What could not be said in a thread for so long is no news there any more. */
const KEPT: Millis = 86_400_000;

/**
 * Says one thing in one thread, or puts it off. It waits for the messages of the thread, and no message ever waits for it: nobody
 * is paged later because a file cannot be posted, and a channel that takes no files is none that fails.
 */
export async function replyRow(parts: PeopleParts, row: OutboxRow): Promise<void> {
  const { db, clock } = parts;
  const { incidentId } = row;
  if (incidentId === null) return void (await strike(parts.db, [row.id]));
  const key = String(row.data.channel);
  const before = await replyBefore(db, incidentId, key, row.id);
  if (before !== null) return wait(db, row.id, Math.max(clock.now() + TURN, before));
  const at = channelAt(parts.channels, key);
  const ref = await findThread(db, incidentId, key);
  if (at === undefined || ref === null) return void (await strike(db, [row.id]));
  const passage = await passBreaker(db, nameOf(key), clock.now());
  if (passage.kind === 'open') return wait(db, row.id, Math.max(clock.now() + TURN, passage.again));
  await keepHanded(db, row.id, clock.now() + HELD);
  const delivery = await deliver(parts, row, incidentId, at, ref);
  if (delivery === null) return void (await strike(db, [row.id]));
  if (delivery.kind === 'retry' && parts.hardStop.aborted) return wait(db, row.id, clock.now());
  const about = row.data.about as About;
  parts.onTold(nameOf(key), about, delivery.kind, delivery.kind === 'sent' ? (delivery.note ?? null) : delivery.why);
  await settle(parts, row, incidentId, delivery, passage.isProbe === true);
}

async function settle(
  parts: PeopleParts,
  row: OutboxRow,
  incidentId: string,
  delivery: Delivery,
  isProbe: boolean,
): Promise<void> {
  const key = String(row.data.channel);
  const about = row.data.about as About;
  const now = parts.clock.now();
  const isTooOld = now - row.createdAt >= KEPT;
  const handed = await parts.db.transaction(async (sql): Promise<Handed[]> => {
    if (delivery.kind === 'retry' && isProbe)
      await noteMiss(sql, nameOf(key), delivery.why, delivery.after, parts.notify.breaker, now);
    if (delivery.kind === 'retry' && !isTooOld) {
      const again = now + nextAttempt(row.attempts + 1, delivery.after, parts.random);
      await putOff(sql, row.id, again, delivery.why);
      return [];
    }
    if ((await strike(sql, [row.id])) === 0) return [];
    const data = { channel: key, topic: about };
    if (delivery.kind !== 'sent')
      return addToHistory(
        sql,
        incidentId,
        'untold',
        `${key} did not take the ${about}: ${delivery.why}`,
        { ...data, why: delivery.why },
        now,
      );
    await noteSent(sql, nameOf(key), null, now);
    // The note itself is the history.
    if (about === 'note') return [];
    const but = delivery.note === undefined ? '' : `, but ${delivery.note}`;
    return addToHistory(sql, incidentId, 'told', `${key} took the ${about}${but}`, data, now);
  });
  parts.handOver(handed);
}

/** Null where it is not to be said any more. */
async function deliver(
  parts: PeopleParts,
  row: OutboxRow,
  incidentId: string,
  { channel }: ChannelAt,
  ref: NonNullable<Awaited<ReturnType<typeof findThread>>>,
): Promise<Delivery | null> {
  const view = await viewFor(parts, incidentId, []);
  if (view === undefined) return null;
  const now = parts.clock.now();
  const about = row.data.about as About;
  const ctx = { signal: parts.hardStop, ref, mention: [] };
  switch (about) {
    case 'reminder': {
      const every = parts.incidents.updates[view.incident.severity];
      if (every === null || hasEnded(view.incident)) return null;
      const mention = await whoToAsk(parts, view);
      return channel.remark?.(reminder(view, every, now), { ...ctx, mention }) ?? null;
    }
    case 'post-mortem': {
      if (view.postMortemDueAt == null) return null;
      const taken = await lastTakenBy(parts.db, incidentId);
      return (
        channel.remark?.(postMortemReminder(view, now), { ...ctx, mention: taken === null ? [] : [taken] }) ?? null
      );
    }
    case 'note': {
      const note = noteIn({
        type: 'noted',
        reason: null,
        summary: '',
        data: { ...row.data, about: row.data.of ?? null },
      });
      return note === null ? null : (channel.remark?.(noted(note), ctx) ?? null);
    }
    case 'report': {
      const markdown = await parts.report(incidentId);
      if (markdown === undefined) return null;
      return channel.attach?.(reportFile(incidentId, markdown, statusOf(view)), ctx) ?? null;
    }
  }
}

/** Whoever has it, where Slack knows that one; else whoever is on call on the levels that were told. */
async function whoToAsk({ db, clock, rotations }: PeopleParts, { incident }: IncidentView): Promise<readonly string[]> {
  if (incident.ackedBy !== null) {
    const taken = await lastTakenBy(db, incident.id);
    return taken === null ? [] : [taken];
  }
  const climb = await findClimb(db, incident.id);
  const levels = climb?.policy.levels.slice(0, climb.level + 1) ?? [];
  return [...new Set(levels.flatMap((level) => whomOf(level, rotations, clock.now()).mention))];
}
