import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sayShare, shareOf } from '../../../src/autonomy/share.ts';

// R: prop.test(x, n, correct = FALSE)$conf.int, which is Wilson's interval.
test.each([
  [0, 10, 0, 0.2775],
  [1, 10, 0.0179, 0.4042],
  [5, 10, 0.2366, 0.7634],
  [3, 3, 0.4385, 1],
  [20, 20, 0.8389, 1],
  [81, 263, 0.2553, 0.3662],
])('%i of %i lies between %d and %d', (count, of, low, high) => {
  const share = shareOf(count, of);
  expect(share.rate).toBe(count / of);
  expect(share.low).toBeCloseTo(low, 4);
  expect(share.high).toBeCloseTo(high, 4);
});

test('of nothing everything is possible', () => {
  expect(shareOf(0, 0)).toEqual({ count: 0, of: 0, rate: null, low: 0, high: 1 });
  expect(sayShare(shareOf(0, 0))).toBe('none yet');
  expect(sayShare(shareOf(18, 20))).toBe('18 of 20 (90 %, with 95 % certainty 70 to 97 %)');
});

test.each([
  [-1, 3],
  [4, 3],
  [0.5, 3],
  [0, Number.NaN],
])('%d of %d is refused', (count, of) => {
  expect(() => shareOf(count, of)).toThrow(RangeError);
});

test('the interval holds the share, stays inside 0 to 1, and narrows as more is counted', () => {
  const counts = fc
    .integer({ min: 1, max: 5_000 })
    .chain((of) => fc.tuple(fc.integer({ min: 0, max: of }), fc.constant(of)));
  fc.assert(
    fc.property(counts, ([count, of]) => {
      const { low, high } = shareOf(count, of);
      const more = shareOf(count * 4, of * 4);
      expect(low).toBeGreaterThanOrEqual(0);
      expect(high).toBeLessThanOrEqual(1);
      expect(low).toBeLessThanOrEqual(count / of);
      expect(high).toBeGreaterThanOrEqual(count / of);
      expect(more.high - more.low).toBeLessThan(high - low);
    }),
    { numRuns: 2_000 },
  );
});
