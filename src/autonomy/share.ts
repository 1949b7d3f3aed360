/** So many of so many, as a share with its 95 % confidence interval. */
export interface Share {
  readonly count: number;
  readonly of: number;
  /** Null where nothing was counted. */
  readonly rate: number | null;
  readonly low: number;
  readonly high: number;
}

/** The 97.5th percentile of the standard normal distribution: two tails of 2.5 % leave 95 %. */
const Z = 1.959964;

/**
 * A share with its Wilson score interval, which stays inside 0 to 1 and tells the truth for few trials and for shares near
 * the ends, where the usual `p ± z √(p(1−p)/n)` says "100 % ± 0" after three successes.
 *
 *     centre = (p + z²/2n) / (1 + z²/n)
 *     half   = z √(p(1−p)/n + z²/4n²) / (1 + z²/n)
 *
 * Source: E. B. Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", Journal of the American
 * Statistical Association 22 (1927), 209–212; recommended by Brown, Cai and DasGupta, Statistical Science 16 (2001), 101–133.
 * Where nothing was counted anything is possible: 0 to 1.
 *
 * @throws RangeError for counts that cannot be
 */
export function shareOf(count: number, of: number): Share {
  if (!Number.isSafeInteger(count) || !Number.isSafeInteger(of) || count < 0 || count > of)
    throw new RangeError(`${count} of ${of} is no share`);
  if (of === 0) return { count, of, rate: null, low: 0, high: 1 };
  const rate = count / of;
  const weight = 1 + Z ** 2 / of;
  const centre = (rate + Z ** 2 / (2 * of)) / weight;
  const half = (Z / weight) * Math.sqrt((rate * (1 - rate)) / of + Z ** 2 / (4 * of ** 2));
  // At the ends the bound is exactly 0 or 1, which rounding would miss.
  return {
    count,
    of,
    rate,
    low: count === 0 ? 0 : Math.max(0, centre - half),
    high: count === of ? 1 : Math.min(1, centre + half),
  };
}

/** `18 of 20 (90 %, with 95 % certainty 70 to 97 %)`. */
export function sayShare({ count, of, rate, low, high }: Share): string {
  if (rate === null) return 'none yet';
  const percent = (share: number) => Math.round(share * 100);
  return `${count} of ${of} (${percent(rate)} %, with 95 % certainty ${percent(low)} to ${percent(high)} %)`;
}
