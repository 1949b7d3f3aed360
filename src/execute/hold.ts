import type { Clock, Millis, Time } from '../domain/time.ts';
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
 * Keeps a run, and the outbox row that carries it, for as long as it is worked on. A database that is away changes nothing
 * until others may take the run; we stop believing well before, also where it only hangs and never answers.
 *
 * @param ttl how long the run stays ours after the last sign of life; another replica takes it over then
 */
export function keepHold(db: Db, clock: Clock, ttl: Millis, runId: string, fence: number, rowId: number): Hold {
  const every = ttl / 5;
  const lost = new AbortController();
  const stopped = new AbortController();
  const over = AbortSignal.any([lost.signal, stopped.signal]);
  let proved = clock.now();
  void beat();
  void watch();
  return { lost: lost.signal, stop: () => stopped.abort() };

  async function beat(): Promise<void> {
    while (await slept(every)) {
      const asked = clock.now();
      try {
        if (!(await keepRun(db, runId, fence, asked + ttl))) return lost.abort(new Error('the run was taken over'));
        proved = asked;
        await keepHanded(db, rowId, asked + 2 * ttl);
      } catch {
        // Tried again at the next beat; the watch says when it is too late.
      }
    }
  }

  async function watch(): Promise<void> {
    const doubt = (): Time => proved + ttl - 2 * every;
    while (await slept(Math.max(1, doubt() - clock.now()))) {
      if (clock.now() >= doubt()) return lost.abort(new Error('the hold cannot be proved'));
    }
  }

  async function slept(ms: Millis): Promise<boolean> {
    await clock.sleep(ms, over).catch(() => undefined);
    return !over.aborted;
  }
}
