import type { Clock, Millis, Time } from '../domain/time.ts';
import type { Remediation } from '../remediation/define.ts';
import type { Settings, Toolbox } from '../remediation/tools.ts';
import { OLDEST_POPULATION } from './guards/blast-radius.ts';
import type { Population } from './guards/counted.ts';

/** How many things there are of which each remediation acts on one. */
export interface Populations {
  /**
   * Counts again what was counted a minute ago or longer. It waits only where nothing is known that may still be used, and
   * then not for long. Never throws: what cannot be counted is unknown, and the guardrail says no.
   */
  measure(remediations: readonly string[]): Promise<void>;
  known(): ReadonlyMap<string, Population>;
}

export interface PopulationParts {
  readonly remediations: ReadonlyMap<string, Remediation>;
  readonly toolbox: Pick<Toolbox, 'open'>;
  readonly settings: Settings;
  readonly clock: Clock;
  /** Remembers a count for every replica; answers with the fewest and the most of the hour before. */
  remember(remediation: string, count: number, now: Time): Promise<Population['hour']>;
  /** Aborts when the service ends. */
  readonly hardStop: AbortSignal;
  onError(error: Error, what: string): void;
  /** A count came out otherwise than the one before, or is the first. */
  onChanged(remediation: string): void;
}

const FRESH: Millis = 60_000;

/** All other decisions of this process wait for it, so a system that hangs must not hold them up for long. */
const TIMEOUT: Millis = 2_000;

/** How soon it is tried again after a failure. */
const AGAIN: Millis = 10_000;

export function createPopulations(parts: PopulationParts): Populations {
  const { clock } = parts;
  const known = new Map<string, Population>();
  const underWay = new Map<string, Promise<void>>();
  const triedAt = new Map<string, Time>();

  async function count(name: string, remediation: Remediation): Promise<void> {
    triedAt.set(name, clock.now());
    const stop = new AbortController();
    const signal = AbortSignal.any([stop.signal, parts.hardStop]);
    // It waits for its time as much as for the answer: not everything that is called heeds the signal.
    const late = clock.sleep(TIMEOUT, signal).then(() => {
      throw new Error(`no answer within ${TIMEOUT} ms`);
    });
    try {
      const tools = parts.toolbox.open({ signal, record: () => undefined });
      const answer = remediation.population?.({ tools, settings: parts.settings, clock, signal });
      const counted = await Promise.race([answer, late]);
      if (counted === undefined || !Number.isSafeInteger(counted) || counted < 0)
        throw new Error(`it answered ${String(counted)}, which is no number of things`);
      const now = clock.now();
      const hour = await Promise.race([parts.remember(name, counted, now), late]);
      const before = known.get(name)?.count;
      known.set(name, { count: counted, at: now, hour });
      if (counted !== before) parts.onChanged(name);
    } catch (error) {
      const failure = error instanceof Error ? error : new Error(String(error));
      if (!parts.hardStop.aborted) parts.onError(failure, `the population of '${name}' cannot be counted`);
    } finally {
      late.catch(() => undefined);
      stop.abort();
      underWay.delete(name);
    }
  }

  return {
    known: () => known,
    async measure(names) {
      const waitFor: Promise<void>[] = [];
      for (const name of new Set(names)) {
        const remediation = parts.remediations.get(name);
        if (remediation?.population === undefined) continue;
        const age = clock.now() - (known.get(name)?.at ?? Number.NEGATIVE_INFINITY);
        if (age < FRESH) continue;
        const tried = triedAt.get(name);
        let counting = underWay.get(name);
        if (counting === undefined && (tried === undefined || clock.now() - tried >= AGAIN)) {
          counting = count(name, remediation);
          underWay.set(name, counting);
        }
        if (counting !== undefined && age > OLDEST_POPULATION) waitFor.push(counting);
      }
      await Promise.all(waitFor);
    },
  };
}
