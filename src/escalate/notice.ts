import type { Millis } from '../domain/time.ts';
import type { Notice } from '../notify/notice.ts';
import { postNotice } from '../notify/post-notice.ts';
import { nextAttempt } from '../notify/retry.ts';
import { type OutboxRow, putOff, strike, wait } from '../store/outbox.ts';
import type { PeopleParts } from './people.ts';

/** News older than this are none; the figures and the API still have them. */
const KEPT: Millis = 86_400_000;

/** Posts news for the team on the first channel that takes it, or puts it off. A channel of no kind for it is said in the log. */
export async function noticeRow(parts: PeopleParts, row: OutboxRow): Promise<void> {
  const { db, channels, clock, hardStop } = parts;
  const { title, lines } = row.data as unknown as Notice;
  const able = [...channels.values()].some((channel) => channel.notice !== undefined);
  if (able && (await postNotice(channels.values(), { title, lines }, hardStop)))
    return void (await strike(db, [row.id]));
  const now = clock.now();
  if (hardStop.aborted) return wait(db, row.id, now);
  if (able && now - row.createdAt < KEPT) {
    return putOff(db, row.id, now + nextAttempt(row.attempts + 1, null, parts.random), 'no channel took the news');
  }
  parts.onUnheard(title);
  await strike(db, [row.id]);
}
