import type { Time } from './time.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;

/** What a wall clock in the zone shows, as if it were UTC. @throws RangeError where nobody knows the zone. */
export function localTime(time: Time, zone: string): number {
  const parts = Object.fromEntries(
    formatter(zone)
      .formatToParts(time)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute);
}

const formatters = new Map<string, Intl.DateTimeFormat>();

/** Making one costs a thousand times as much as using it. */
function formatter(zone: string): Intl.DateTimeFormat {
  const known = formatters.get(zone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  });
  formatters.set(zone, made);
  return made;
}

/**
 * The moments at which a wall clock in the zone could show this: two around a change of the clocks, and where the clock
 * jumps over it, the moment of the jump.
 */
export function fromLocal(local: number, zone: string): readonly Time[] {
  const offsets = [local - DAY, local + DAY].map((time) => localTime(time, zone) - time);
  const guesses = [...new Set(offsets)].map((offset) => local - offset);
  const exact = guesses.filter((time) => localTime(time, zone) === local);
  return exact.length > 0 ? exact : [jumpBetween(Math.min(...guesses), Math.max(...guesses), zone)];
}

/** The first minute behind a jump of the clock that lies between the two. */
function jumpBetween(before: Time, after: Time, zone: string): Time {
  const offset = localTime(before, zone) - before;
  let low = before;
  let high = after;
  while (high - low > MINUTE) {
    const middle = low + Math.floor((high - low) / 2 / MINUTE) * MINUTE;
    if (localTime(middle, zone) - middle === offset) low = middle;
    else high = middle;
  }
  return high;
}
