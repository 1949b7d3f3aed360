import type { Clock, Millis } from '../domain/time.ts';
import type { Db } from '../store/db.ts';
import { keepHanded } from '../store/outbox.ts';
import { keepRun } from '../store/runs.ts';

/** How long a run stays ours after the last sign of life; another replica takes it over then. */
export const HOLD_TTL: Millis = 15_000;

const BEAT: Millis = HOLD_TTL / 5;

/** How much earlier than the others may take it we stop believing that it is ours. */
const MARGIN: Millis = 2 * BEAT;

export interface Hold {
  /** Aborts as soon as the run is lost, or its hold cannot be proved any more. */
  readonly lost: AbortSignal;
  /** Stops the heartbeat; the run is not let go of. */
  stop(): void;
}

/** Keeps a run, and the outbox row that carries it, for as long as it is worked on. */
export function keepHold(db: Db, clock: Clock, runId: string, fence: number, rowId: number): Hold {
  const lost = new AbortController();
  const stopped = new AbortController();
  void beat();
  return { lost: lost.signal, stop: () => stopped.abort() };

  async function beat(): Promise<void> {
    let proved = clock.now();
    while (!stopped.signal.aborted) {
      await clock.sleep(BEAT, stopped.signal).catch(() => undefined);
      if (stopped.signal.aborted) return;
      try {
        const until = clock.now() + HOLD_TTL;
        if (!(await keepRun(db, runId, fence, until))) return lost.abort(new Error('the run was taken over'));
        await keepHanded(db, rowId, until + HOLD_TTL);
        proved = until - HOLD_TTL;
      } catch {
        // The database is away. Until the hold could run out that changes nothing.
        if (clock.now() - proved > HOLD_TTL - MARGIN) return lost.abort(new Error('the hold cannot be proved'));
      }
    }
  }
}
