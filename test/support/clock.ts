import type { Clock, Millis, Time } from '../../src/domain/time.ts';

/** A working day at ten, so that no test depends on when it runs. */
export const START: Time = Date.UTC(2026, 0, 19, 10);

export interface FakeClock extends Clock {
  /** Moves on by this much; every sleep that is due meanwhile wakes at its own time, in order. */
  advance(ms: Millis): Promise<void>;
  /** Sleepers that wait now. */
  readonly sleeping: number;
}

interface Sleeper {
  readonly due: Time;
  readonly order: number;
  wake(): void;
}

/** A clock that stands still until it is moved. */
export function fakeClock(start: Time = START): FakeClock {
  const clock = sleepers(start);
  return {
    now: clock.now,
    sleep: clock.sleep,
    get sleeping() {
      return clock.waiting().length;
    },
    async advance(ms) {
      const until = clock.now() + ms;
      for (;;) {
        const [next] = clock.waiting();
        if (next === undefined || next.due > until) break;
        clock.wake(next);
        await settle();
      }
      clock.moveTo(until);
      await settle();
    },
  };
}

/**
 * A clock for rehearsals: nobody waits. A sleep that begins while another is under way is what the code really waits
 * for, and time jumps to its end; the outer ones are limits, which end when time has come to them. A sleep alone is a
 * limit, too: the work beside it goes on in its own time.
 */
export function rehearsalClock(start: Time = START): Clock & { readonly now: () => Time } {
  const clock = sleepers(start);
  return {
    now: clock.now,
    sleep(ms, signal) {
      const outer = clock.waiting().length > 0;
      const slept = clock.sleep(ms, signal);
      if (outer) {
        const due = clock.now() + ms;
        setImmediate(() => {
          for (;;) {
            const [next] = clock.waiting();
            if (next === undefined || next.due > due) break;
            clock.wake(next);
          }
          clock.moveTo(due);
        });
      }
      return slept;
    },
  };
}

function sleepers(start: Time) {
  let now = start;
  let count = 0;
  const waiting = new Set<Sleeper>();
  const moveTo = (time: Time) => {
    now = Math.max(now, time);
  };
  return {
    now: () => now,
    moveTo,
    /** First due first; of those due at once, first come first. */
    waiting: () => [...waiting].sort((a, b) => a.due - b.due || a.order - b.order),
    wake(sleeper: Sleeper) {
      moveTo(sleeper.due);
      sleeper.wake();
    },
    sleep(ms: Millis, signal?: AbortSignal): Promise<void> {
      return new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const end = (settleIt: () => void) => {
          waiting.delete(sleeper);
          signal?.removeEventListener('abort', cut);
          settleIt();
        };
        const cut = () => end(() => reject(signal?.reason));
        count += 1;
        const sleeper: Sleeper = { due: now + Math.max(0, ms), order: count, wake: () => end(resolve) };
        waiting.add(sleeper);
        signal?.addEventListener('abort', cut, { once: true });
      });
    },
  };
}

/** Lets everything run that only waited for what was just woken. */
async function settle(): Promise<void> {
  for (let i = 0; i < 3; i += 1) await new Promise<void>((resolve) => setImmediate(resolve));
}
