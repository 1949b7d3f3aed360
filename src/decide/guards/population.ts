import { type Millis, toIso } from '../../domain/time.ts';
import { OLDEST_POPULATION } from './blast-radius.ts';
import type { Population } from './counted.ts';
import { type Guard, no, yes } from './guard.ts';

/** How soon it is asked again; what was counted a minute ago is counted anew meanwhile. */
const RECHECK: Millis = 30_000;

/** Fewer than half or more than twice as many as within the last hour cannot be believed, unless it is about so few. */
const TIMES = 2;
const FEW = 2;

/**
 * A limit that is a share of a number is worth what the number is worth. Who looks in the wrong place, or at half of the
 * fleet, finds a number as well; so one that is unknown, too old, empty or implausible is a no.
 */
export const population: Guard = {
  name: 'population',
  ask({ remediation, limits, now }, { populations }) {
    if (limits.blastRadius?.percent == null && limits.commonCause === undefined) return yes({});
    const known = populations.get(remediation);
    if (known === undefined) return no('population-unknown', now + RECHECK, { population: null });
    const { count, at, hour } = known;
    const within = hour === undefined ? {} : { leastWithinHour: hour.least, mostWithinHour: hour.most };
    const numbers = { population: count, countedAt: toIso(at), ...within };
    if (now - at > OLDEST_POPULATION) return no('population-stale', now + RECHECK, numbers);
    if (count <= 0) return no('population-empty', now + RECHECK, numbers);
    return jumped(known) ? no('population-implausible', now + RECHECK, numbers) : yes(numbers);
  },
};

function jumped({ count, hour = { least: count, most: count } }: Population): boolean {
  const shrunk = count * TIMES < hour.most && hour.most - count > FEW;
  const grown = count > hour.least * TIMES && count - hour.least > FEW;
  return shrunk || grown;
}
