import type { Clock } from '../domain/time.ts';
import type { Db } from '../store/db.ts';
import type { Handed } from '../store/outbox.ts';
import { type Waking, wakeAfter } from '../store/wake.ts';

export interface WakerParts {
  readonly db: Db;
  readonly clock: Clock;
  handOver(rows: readonly Handed[]): void;
  onError(error: Error, what: string): void;
}

export interface Waker {
  /** Has held incidents asked again soon, in the background. What fails is left to each one's own time. */
  wake(waking: Waking): void;
  /** Lets what is under way end. */
  stop(): Promise<void>;
}

/**
 * Wakes held incidents one piece of news at a time. What happens while one is being told is gathered and told together: the
 * ends of a thousand alerts are a few looks through what is held, not a thousand.
 */
export function createWaker({ db, clock, handOver, onError }: WakerParts): Waker {
  let news = new Map<string, Waking>();
  let telling: Promise<void> | null = null;
  let stopped = false;
  return {
    wake(waking) {
      if (stopped) return;
      const key = waking.reasons.join();
      const known = news.get(key);
      news.set(key, known === undefined ? waking : both(known, waking));
      telling ??= tellAll();
    },
    async stop() {
      stopped = true;
      await telling;
    },
  };

  async function tellAll(): Promise<void> {
    while (news.size > 0) {
      const now = [...news.values()];
      news = new Map();
      for (const waking of now) {
        try {
          handOver(await wakeAfter(db, waking, () => clock.now()));
        } catch (error) {
          onError(error as Error, 'held incidents could not be told that the world has changed');
        }
      }
    }
    // At once with the last look at what is left, so that no news falls between the two.
    telling = null;
  }
}

function both(a: Waking, b: Waking): Waking {
  const rules = a.rules === null || b.rules === null ? null : [...new Set([...a.rules, ...b.rules])];
  return { reasons: a.reasons, rules, most: Math.max(a.most, b.most) };
}
