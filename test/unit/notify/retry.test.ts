import fc from 'fast-check';
import { expect, test } from 'vitest';
import { retryAfter } from '../../../src/notify/http-answer.ts';
import { nextAttempt } from '../../../src/notify/retry.ts';

const always = (value: number) => () => value;

test('waits grow to a minute and stay there', () => {
  const waits = Array.from({ length: 9 }, (_, index) => nextAttempt(index + 1, null, always(1)));
  expect(waits).toEqual([1_000, 2_000, 5_000, 10_000, 20_000, 30_000, 60_000, 60_000, 60_000]);
});

test('jitter shortens a wait by a quarter at most', () => {
  expect(nextAttempt(7, null, always(0))).toBe(45_000);
});

test('what the other side asks for is never undercut, up to ten minutes', () => {
  const attempts = fc.integer({ min: 1, max: 1_000 });
  const after = fc.integer({ min: 0, max: 1e12 });
  fc.assert(
    fc.property(attempts, after, fc.double({ min: 0, max: 1, noNaN: true }), (tries, wish, chance) => {
      const wait = nextAttempt(tries, wish, always(chance));
      expect(wait).toBeGreaterThanOrEqual(Math.min(wish, 600_000));
      expect(wait).toBeLessThanOrEqual(601_000);
    }),
  );
});

test.each([
  ['17', 17_000],
  ['0', 0],
  ['1.5', 1_500],
  ['Sun, 01 Mar 2026 03:00:40 GMT', 40_000],
  ['Sun, 01 Mar 2026 02:00:00 GMT', 0],
  ['soon', null],
  ['-5', null],
  ['', null],
  [null, null],
])('Retry-After: %s is %s ms', (text, expected) => {
  const headers: Readonly<Record<string, string | null>> = {
    'retry-after': text,
    date: 'Sun, 01 Mar 2026 03:00:00 GMT',
  };
  expect(retryAfter((name) => headers[name])).toBe(expected);
});
