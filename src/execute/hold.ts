import type { Clock, Millis } from '../domain/time.ts';
import type { Db } from '../store/db.ts';
import { keepHanded } from '../store/outbox.ts';
import { keepRun } from '../store/runs.ts';

export interface Hold {
  /** Aborts as soon as the run is lost, or its hold cannot be proved any more. */
  readonly lost: AbortSignal;
  /** Stops the heartbeat; the run is not let go of. */
  stop(): void;
}

/**
 * Keeps a run, and the outbox row that carries it, for as long as it is worked on.
 *
 * @param ttl how long the run stays ours after the last sign of life; another replica takes it over then
 */
export function keepHold(db: Db, clock: Clock, ttl: Millis, runId: string, fence: number, rowId: number): Hold {
  const every = ttl / 5;
  const lost = new AbortController();
  const stopped = new AbortController();
  void beat();
  return { lost: lost.signal, stop: () => stopped.abort() };

  async function beat(): Promise<void> {
    let proved = clock.now();
    while (!stopped.signal.aborted) {
      await clock.sleep(every, stopped.signal).catch(() => undefined);
      if (stopped.signal.aborted) return;
      try {
        const until = clock.now() + ttl;
        if (!(await keepRun(db, runId, fence, until))) return lost.abort(new Error('the run was taken over'));
        await keepHanded(db, rowId, until + ttl);
        proved = until - ttl;
      } catch {
        // The database is away. That changes nothing until others may take the run; we stop believing well before.
        if (clock.now() - proved > ttl - 2 * every) return lost.abort(new Error('the hold cannot be proved'));
      }
    }
  }
}
