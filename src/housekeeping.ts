import cron from 'node-cron';
import type { Clock, Millis } from './domain/time.ts';
import { toIso } from './domain/time.ts';
import type { Channel } from './notify/channel.ts';
import type { Notice } from './notify/notice.ts';
import { postNotice } from './notify/post-notice.ts';
import type { Log } from './observe/log.ts';
import type { Db } from './store/db.ts';
import { holdLease } from './store/leases.ts';
import { type Keep, prune } from './store/retention.ts';
import { type Rejected, rejectedSince } from './store/webhooks.ts';

export interface HousekeepingParts {
  readonly db: Db;
  readonly clock: Clock;
  readonly replica: string;
  readonly log: Log;
  readonly keep: Keep;
  readonly channels: ReadonlyMap<string, Channel>;
  readonly hardStop: AbortSignal;
}

const HOUR: Millis = 3_600_000;

/** Longer than the work takes, shorter than the time to the next one: the other replicas leave this hour alone. */
const LEASE: Millis = HOUR / 2;

/** Once an hour, on one of the replicas: old data goes, and a person hears of webhooks that nobody could read. */
export function startHousekeeping(parts: HousekeepingParts): { stop(): Promise<void> } {
  const task = cron.schedule('7 * * * *', () => hourly(parts), { noOverlap: true });
  return {
    async stop() {
      await task.destroy();
    },
  };
}

/** One hour's work. Never throws: what fails is logged and comes again an hour later. */
export async function hourly(parts: HousekeepingParts): Promise<void> {
  const { db, clock, replica, log } = parts;
  try {
    const now = clock.now();
    if (!(await holdLease(db, 'housekeeping', replica, now, LEASE))) return;
    await reportRejected(parts, await rejectedSince(db, now - HOUR));
    const removed = await prune(db, parts.keep, now);
    if (removed.incidents + removed.webhooks > 0) log.info(removed, 'removed what was older than it has to be kept');
  } catch (error) {
    log.error({ err: error }, 'the hourly housekeeping failed');
  }
}

/** Senders repeat a body that they are refused for ever and never mend it, so a person has to. */
async function reportRejected(parts: HousekeepingParts, rejected: readonly Rejected[]): Promise<void> {
  if (rejected.length === 0) return;
  const posted = await postNotice(parts.channels.values(), rejectedNotice(rejected), parts.hardStop);
  if (!posted) parts.log.warn({ rejected }, 'webhooks could not be read, and no channel takes the news');
}

export function rejectedNotice(rejected: readonly Rejected[]): Notice {
  const total = rejected.reduce((sum, { count }) => sum + count, 0);
  return {
    title: `${total} webhooks of the last hour could not be read, so what they told was not acted on`,
    lines: [
      ...rejected.map(({ source, count, why, last }) => `${source}, ${count} times, last at ${toIso(last)}: ${why}`),
      'Their bodies are kept in the table remedyd.webhooks. Correct the sender: its template, or the address it sends to.',
    ],
  };
}
