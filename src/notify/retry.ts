import type { Millis } from '../domain/time.ts';

/** After the first failure, the second, and so on; the last one for all that follow. */
const STEPS: readonly Millis[] = [1_000, 2_000, 5_000, 10_000, 20_000, 30_000, 60_000];
const LAST = 60_000;

/** Nobody's wish to be left alone is followed for longer: a page must not wait for an hour because a header says so. */
const LONGEST_WISH = 600_000;

/**
 * How long to wait before the next attempt, in milliseconds.
 *
 * @param attempts how many have failed so far, at least 1.
 * @param after how long the other side asked us to wait, null where it said nothing. Never undercut.
 * @param random a number from 0 to 1. It spreads the retries of a storm, so that they do not come back as one.
 */
export function nextAttempt(attempts: number, after: Millis | null, random: () => number): Millis {
  const step = STEPS[Math.max(1, attempts) - 1] ?? LAST;
  const own = Math.round(step * (0.75 + 0.25 * random()));
  if (after === null) return own;
  const wish = Math.min(Math.max(0, after), LONGEST_WISH);
  return Math.max(own, wish + Math.round(1_000 * random()));
}
