import type { Clock, Millis } from './domain/time.ts';
import type { Db } from './store/db.ts';
import { holdLease } from './store/leases.ts';

export interface SingletonParts {
  readonly db: Db;
  readonly clock: Clock;
  readonly replica: string;
  readonly name: string;
  readonly every: Millis;
  /** Does one turn, while no other replica does. */
  work(): Promise<void>;
  onError(error: Error): void;
}

/** Runs `work` again and again on one replica only. When that one dies another takes over after three missed turns. */
export function startSingleton(parts: SingletonParts): { stop(): Promise<void> } {
  const { db, clock, replica, name, every } = parts;
  const stopped = new AbortController();
  const loop = turn();
  return {
    async stop() {
      stopped.abort();
      await loop;
    },
  };

  async function turn(): Promise<void> {
    while (!stopped.signal.aborted) {
      try {
        if (await holdLease(db, name, replica, clock.now(), 3 * every)) await parts.work();
      } catch (error) {
        parts.onError(error as Error);
      }
      await clock.sleep(every, stopped.signal).catch(() => undefined);
    }
  }
}
