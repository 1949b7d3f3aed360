import { formatDuration } from '../domain/duration.ts';
import type { Clock, Millis, Time } from '../domain/time.ts';

/** A replica whose clock is further off does not act: its deadlines, holds and cooldowns would not be those of the others. */
export const MOST_SKEW: Millis = 5_000;

export interface ClockWatchParts {
  readonly clock: Clock;
  readonly every: Millis;
  /** The clock that all replicas share. */
  databaseTime(): Promise<Time>;
  /** Told whenever the replica begins or ends to refuse, for the log. */
  onChange(refusal: string | null, skew: Millis): void;
}

export interface ClockWatch {
  /** How far this replica's clock is ahead of the database's, as last measured; negative where it is behind. */
  skew(): Millis;
  /** Why this replica decides and runs nothing; null where its clock is right. */
  refusal(): string | null;
  /** Measures once. A database that does not answer changes nothing: whoever needs it fails by itself. */
  look(): Promise<void>;
  stop(): Promise<void>;
}

/** Compares the clock of this replica with the database's, again and again, beginning with `look`. */
export function watchClock({ clock, every, databaseTime, onChange }: ClockWatchParts): ClockWatch {
  const stopped = new AbortController();
  let skew: Millis = 0;
  let refusal: string | null = null;
  const look = async () => {
    const before = clock.now();
    const theirs = await databaseTime().catch(() => null);
    const after = clock.now();
    // What travelled for long says nothing precise, and what was stopped in between says nothing at all.
    if (theirs === null || after - before > MOST_SKEW) return;
    skew = Math.round((before + after) / 2 - theirs);
    const now = Math.abs(skew) > MOST_SKEW ? say(skew) : null;
    if ((now === null) !== (refusal === null)) onChange(now, skew);
    refusal = now;
  };
  const looking = (async () => {
    while (!stopped.signal.aborted) {
      await clock.sleep(every, stopped.signal).catch(() => undefined);
      if (!stopped.signal.aborted) await look();
    }
  })();
  return {
    skew: () => skew,
    refusal: () => refusal,
    look,
    async stop() {
      stopped.abort();
      await looking;
    },
  };
}

function say(skew: Millis): string {
  const how = `${formatDuration(Math.abs(skew))} ${skew > 0 ? 'ahead of' : 'behind'}`;
  return `the clock is ${how} the database's, so this replica decides and runs nothing; set the clock (NTP)`;
}
