import type { Clock, Millis, Time } from '../domain/time.ts';
import type { CanaryConfig } from './config.ts';
import type { CanaryState } from './guards/counted.ts';

/** Things that must always be reachable: where they are not, what we see of others may be our own trouble. */
export interface Canaries {
  /** Looks again at what was looked at a while ago, for as long as the slowest may take. Never throws. */
  look(): Promise<void>;
  known(): readonly CanaryState[];
}

export interface CanariesParts {
  readonly canaries: readonly CanaryConfig[];
  readonly clock: Clock;
  readonly hardStop: AbortSignal;
  /** @throws Error where it cannot be reached, or answers that it is not well. */
  knock(canary: CanaryConfig, signal: AbortSignal): Promise<void>;
}

/** Where none are configured. */
export const NO_CANARIES: Canaries = { look: async () => undefined, known: () => [] };

/** A batch of decisions every few hundred milliseconds must not knock each time. */
const FRESH: Millis = 5_000;

export function createCanaries({ canaries, clock, hardStop, knock }: CanariesParts): Canaries {
  let states: readonly CanaryState[] = canaries.map(({ name }) => ({
    name,
    ok: false,
    why: 'never looked at',
    at: null,
  }));
  let underWay: Promise<void> | null = null;
  let lookedAt: Time | null = null;

  async function lookAt(canary: CanaryConfig): Promise<CanaryState> {
    const stop = new AbortController();
    const signal = AbortSignal.any([stop.signal, hardStop]);
    // It waits for its time as much as for the answer: not everything that is called heeds the signal.
    const late = clock.sleep(canary.timeout, signal).then(() => {
      throw new Error(`no answer within ${canary.timeout} ms`);
    });
    try {
      await Promise.race([knock(canary, signal), late]);
      return { name: canary.name, ok: true, why: null, at: clock.now() };
    } catch (error) {
      return {
        name: canary.name,
        ok: false,
        why: error instanceof Error ? error.message : String(error),
        at: clock.now(),
      };
    } finally {
      late.catch(() => undefined);
      stop.abort();
    }
  }

  return {
    known: () => states,
    async look() {
      if (lookedAt !== null && clock.now() - lookedAt < FRESH) return;
      underWay ??= Promise.all(canaries.map(lookAt)).then((seen) => {
        states = seen;
        lookedAt = clock.now();
        underWay = null;
      });
      await underWay;
    },
  };
}
