import { setImmediate } from 'node:timers/promises';
import type { Clock, Millis, Time } from '../../../src/domain/time.ts';

/** A clock that stands still until a test moves it. */
export interface MovingClock extends Clock {
  /** Moves on, waking every sleeper at its own moment and letting it act before time goes on. */
  advance(ms: Millis): Promise<void>;
  /** How many sleep. */
  readonly sleepers: number;
}

export function movingClock(start: Time = 0): MovingClock {
  const sleepers = new Set<{ readonly wakeAt: Time; readonly wake: () => void }>();
  let now = start;
  return {
    now: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const stop = () => {
          sleepers.delete(sleeper);
          reject(signal?.reason);
        };
        const sleeper = {
          wakeAt: now + ms,
          wake: () => {
            sleepers.delete(sleeper);
            signal?.removeEventListener('abort', stop);
            resolve();
          },
        };
        sleepers.add(sleeper);
        signal?.addEventListener('abort', stop, { once: true });
      }),
    async advance(ms) {
      const end = now + ms;
      await settle();
      for (;;) {
        const [first] = [...sleepers].filter(({ wakeAt }) => wakeAt <= end).sort((a, b) => a.wakeAt - b.wakeAt);
        if (first === undefined) break;
        now = Math.max(now, first.wakeAt);
        first.wake();
        await settle();
      }
      now = end;
    },
    get sleepers() {
      return sleepers.size;
    },
  };
}

/** Everything that can happen without time passing has happened after a few turns of the event loop. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await setImmediate();
}
