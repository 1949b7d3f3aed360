import cron from 'node-cron';
import type { Clock, Millis, Time } from './domain/time.ts';
import type { Notice } from './notify/notice.ts';
import { oweNotice } from './notify/owe-notice.ts';
import { stamp } from './notify/say/when.ts';
import type { Log } from './observe/log.ts';
import type { Db } from './store/db.ts';
import { holdLease } from './store/leases.ts';
import type { Handed } from './store/outbox.ts';
import { type Keep, prune } from './store/retention.ts';
import { lookedUntil } from './store/team-notes.ts';
import { type Rejected, rejectedBetween } from './store/webhooks.ts';

export interface HousekeepingParts {
  readonly db: Db;
  readonly clock: Clock;
  readonly replica: string;
  readonly log: Log;
  readonly keep: Keep;
  handOver(rows: readonly Handed[]): void;
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
    await reportRejected(parts, now);
    const removed = await prune(db, parts.keep, now);
    if (removed.incidents + removed.webhooks > 0) log.info(removed, 'removed what was older than it has to be kept');
  } catch (error) {
    log.error({ err: error }, 'the hourly housekeeping failed');
  }
}

/** A webhook is stored this much later than it came, at most. */
const STORED_BY: Millis = 10_000;

/** After a longer pause of the service only the last day is told. */
const LOOKS_BACK: Millis = 24 * HOUR;

/**
 * Senders repeat a body that they are refused for ever and never mend it, so a person has to. Each webhook is told of once: what
 * was looked through and what is to be told are written together.
 */
async function reportRejected({ db, handOver, log }: HousekeepingParts, now: Time): Promise<void> {
  const handed = await db.transaction(async (sql) => {
    const until = now - STORED_BY;
    const after = await lookedUntil(sql, 'rejected', until, until - HOUR);
    const rejected = await rejectedBetween(sql, Math.max(after, until - LOOKS_BACK), until);
    if (rejected.length === 0) return [];
    log.warn({ rejected }, 'webhooks could not be read');
    return oweNotice(sql, rejectedNotice(rejected), now);
  });
  handOver(handed);
}

export function rejectedNotice(rejected: readonly Rejected[]): Notice {
  const total = rejected.reduce((sum, { count }) => sum + count, 0);
  return {
    title: `${total === 1 ? '1 webhook' : `${total} webhooks`} could not be read, so nothing was done about ${total === 1 ? 'it' : 'them'}`,
    lines: [
      ...rejected.map(
        ({ source, count, why, last }) =>
          `${source}, ${count === 1 ? 'once' : `${count} times`}, last at ${stamp(last)}: ${why}`,
      ),
      'Their bodies are kept in the table remedyd.webhooks. Correct the sender: its template, or the address it sends to.',
    ],
  };
}
