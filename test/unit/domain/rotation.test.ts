import { describe, expect, test } from 'vitest';
import { localText, onDuty, type Rotation } from '../../../src/domain/rotation.ts';

const [anna, bob, cora] = [
  { name: 'Anna', slack: 'U0ANNA' },
  { name: 'Bob', slack: 'U0BOB' },
  { name: 'Cora', slack: 'U0CORA' },
] as const;

/** Mondays at nine in Bucharest; the first one of 2026 is the 5th of January. */
const rotation: Rotation = {
  name: 'oncall',
  zone: 'Europe/Bucharest',
  weekday: 1,
  minute: 9 * 60,
  since: Date.UTC(2026, 0, 5),
  members: [anna, bob, cora],
  overrides: [],
};
const at = (text: string) => Date.parse(text);
const names = (time: string, one = rotation) => {
  const { primary, secondary } = onDuty(one, at(time));
  return [primary.name, secondary?.name];
};

describe('a week each', () => {
  test('the next one takes over on Monday at nine, to the minute', () => {
    expect(names('2026-01-05T07:00:00Z')).toEqual(['Anna', 'Bob']);
    expect(names('2026-01-12T06:59:59Z')).toEqual(['Anna', 'Bob']);
    expect(names('2026-01-12T07:00:00Z')).toEqual(['Bob', 'Cora']);
    expect(names('2026-01-19T07:00:00Z')).toEqual(['Cora', 'Anna']);
    expect(names('2026-01-26T07:00:00Z')).toEqual(['Anna', 'Bob']);
  });

  test('at nine of the wall clock, before and after the clocks change', () => {
    // 29 March: one hour less.
    expect(names('2026-03-30T05:59:59Z')).not.toEqual(names('2026-03-30T06:00:00Z'));
    const week = onDuty(rotation, at('2026-03-25T12:00:00Z'));
    expect(week.until - week.since).toBe((7 * 24 - 1) * 3_600_000);
    // 25 October: one hour more.
    const autumn = onDuty(rotation, at('2026-10-20T12:00:00Z'));
    expect(autumn.until - autumn.since).toBe((7 * 24 + 1) * 3_600_000);
    expect(localText(autumn.until, rotation.zone)).toBe('2026-10-26 09:00');
  });

  test('every moment belongs to exactly one week, also before the first', () => {
    for (let time = at('2025-12-01T00:00:00Z'); time < at('2027-01-01T00:00:00Z'); time += 7 * 3_600_000) {
      const { since, until } = onDuty(rotation, time);
      expect(since <= time && time < until).toBe(true);
      expect(onDuty(rotation, until).since).toBe(until);
      expect(onDuty(rotation, until - 1).until).toBe(until);
    }
  });
});

describe('exceptions', () => {
  test('somebody stands in for a while, and the one who should be there stands by', () => {
    const override = { from: at('2026-01-06T00:00:00Z'), to: at('2026-01-07T00:00:00Z'), primary: cora };
    const one = { ...rotation, overrides: [override] };
    expect(names('2026-01-05T23:59:59Z', one)).toEqual(['Anna', 'Bob']);
    expect(names('2026-01-06T00:00:00Z', one)).toEqual(['Cora', 'Anna']);
    expect(names('2026-01-07T00:00:00Z', one)).toEqual(['Anna', 'Bob']);
    expect(onDuty(one, at('2026-01-06T12:00:00Z')).override).toBe(true);
  });

  test('who is alone has nobody who stands by', () => {
    expect(names('2026-02-02T12:00:00Z', { ...rotation, members: [anna] })).toEqual(['Anna', undefined]);
  });

  test('the first week is the one that the day lies in, whichever day it is', () => {
    expect(names('2026-01-06T12:00:00Z', { ...rotation, since: Date.UTC(2026, 0, 8) })).toEqual(['Anna', 'Bob']);
  });
});
