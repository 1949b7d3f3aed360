import { expect, test } from 'vitest';
import { restlessSince } from '../../../src/autonomy/restless.ts';

const MINUTE = 60_000;
const limit = { changes: 4, within: 30 * MINUTE };

/** On and off every so many minutes, in minutes before now. */
const every = (minutes: number, from: number, to: number) =>
  Array.from({ length: Math.floor((from - to) / minutes) + 1 }, (_, i) => -(from - i * minutes) * MINUTE);

test('it is held from the change on that was one too many', () => {
  expect(restlessSince(every(5, 60, 0), limit, 0)).toBe(-40 * MINUTE);
});

test('a calm in between begins it anew', () => {
  const times = [...every(5, 180, 120), ...every(5, 60, 0)];
  expect(restlessSince(times, limit, 0)).toBe(-40 * MINUTE);
});

test('what has become steady is not held any more', () => {
  expect(restlessSince(every(5, 90, 20), limit, 0)).toBeNull();
  expect(restlessSince(every(5, 90, 5), limit, 0)).toBe(-70 * MINUTE);
});

test('few changes are none, and what is yet to come does not count', () => {
  expect(restlessSince([], limit, 0)).toBeNull();
  expect(restlessSince(every(5, 15, 0), limit, 0)).toBeNull();
  expect(restlessSince(every(5, 15, -30), limit, 0)).toBeNull();
});
