import { describe, expect, test } from 'vitest';
import { isOpen, nextClosing, nextOpening, type Range, type TimeInterval } from '../../../src/domain/time-interval.ts';

const interval = (more: Partial<TimeInterval>): TimeInterval => {
  return { times: [], weekdays: [], daysOfMonth: [], months: [], years: [], zone: 'UTC', ...more };
};

const hours = (from: number, to: number): Range => ({ from: from * 60, to: to * 60 });
const only = (from: number, to = from): readonly Range[] => [{ from, to }];

const bucharest = 'Europe/Bucharest';
const office = interval({ times: [hours(9, 17)], weekdays: only(1, 5), zone: bucharest });

describe('is open', () => {
  test.each<[string, Partial<TimeInterval>, string, boolean]>([
    ['always, where nothing is limited', {}, '2026-01-19T10:00:00Z', true],
    ['from its start', { times: [hours(9, 17)] }, '2026-01-19T09:00:00Z', true],
    ['until just before its end', { times: [hours(9, 17)] }, '2026-01-19T16:59:59Z', true],
    ['not at its end', { times: [hours(9, 17)] }, '2026-01-19T17:00:00Z', false],
    ['to the end of the day', { times: [hours(22, 24)] }, '2026-01-19T23:59:59Z', true],
    ['in one of several times', { times: [hours(0, 6), hours(22, 24)] }, '2026-01-19T03:00:00Z', true],
    ['on its weekdays', { weekdays: only(1, 5) }, '2026-01-19T10:00:00Z', true],
    ['not on others', { weekdays: only(1, 5) }, '2026-01-18T10:00:00Z', false],
    ['on the last day of a month', { daysOfMonth: only(-1) }, '2026-02-28T10:00:00Z', true],
    ['on that of a leap year', { daysOfMonth: only(-1) }, '2028-02-28T10:00:00Z', false],
    ['on its last three days', { daysOfMonth: only(-3, -1) }, '2026-04-28T10:00:00Z', true],
    ['not before them', { daysOfMonth: only(-3, -1) }, '2026-04-27T10:00:00Z', false],
    ['up to the end of a short month', { daysOfMonth: only(28, 31) }, '2026-02-28T10:00:00Z', true],
    ['not in a month that is too short', { daysOfMonth: only(30, 31) }, '2026-02-28T10:00:00Z', false],
    ['from the first to the last but one', { daysOfMonth: only(1, -2) }, '2026-02-28T10:00:00Z', false],
    ['in its months', { months: only(1, 3) }, '2026-03-31T23:59:00Z', true],
    ['in its years', { years: only(2025) }, '2026-01-01T00:00:00Z', false],
    ['where every part agrees', { weekdays: only(1), months: only(2) }, '2026-01-19T10:00:00Z', false],
    ['by the wall clock of its zone', { times: [hours(9, 17)], zone: bucharest }, '2026-01-19T07:00:00Z', true],
    ['also in summer', { times: [hours(9, 17)], zone: bucharest }, '2026-07-20T06:00:00Z', true],
    ['with the date of its zone', { weekdays: only(1), zone: 'Asia/Kolkata' }, '2026-01-18T18:30:00Z', true],
  ])('%s', (_, more, now, open) => {
    expect(isOpen([interval(more)], Date.parse(now))).toBe(open);
  });

  test('where one entry of several agrees, and never without any', () => {
    const now = Date.parse('2026-01-19T10:00:00Z');
    expect(isOpen([interval({ years: only(2020) }), interval({})], now)).toBe(true);
    expect(isOpen([], now)).toBe(false);
  });
});

describe('opens next', () => {
  test.each<[string, TimeInterval, string, string | null]>([
    ['later today', office, '2026-01-19T05:00:00Z', '2026-01-19T07:00:00.000Z'],
    ['tomorrow', office, '2026-01-19T15:00:00Z', '2026-01-20T07:00:00.000Z'],
    ['on Monday', office, '2026-01-23T15:00:00Z', '2026-01-26T07:00:00.000Z'],
    ['on Monday, by the new time', office, '2026-03-27T15:00:00Z', '2026-03-30T06:00:00.000Z'],
    [
      'at midnight of its zone',
      interval({ weekdays: only(6), zone: bucharest }),
      '2026-01-19T10:00:00Z',
      '2026-01-23T22:00:00.000Z',
    ],
    [
      'on the first of the month',
      interval({ daysOfMonth: only(1) }),
      '2026-01-28T10:00:00Z',
      '2026-02-01T00:00:00.000Z',
    ],
    [
      'where the clock jumps over its start',
      interval({ times: [{ from: 210, to: 300 }], zone: bucharest }),
      '2026-03-29T00:30:00Z',
      '2026-03-29T01:00:00.000Z',
    ],
    [
      'only once where the clock goes back',
      interval({ times: [{ from: 210, to: 300 }], zone: bucharest }),
      '2026-10-25T00:00:00Z',
      '2026-10-25T00:30:00.000Z',
    ],
    ['not within eight days', interval({ months: only(6) }), '2026-01-19T10:00:00Z', null],
  ])('%s', (_, given, now, expected) => {
    const opening = nextOpening([given], Date.parse(now));
    expect(opening === null ? null : new Date(opening).toISOString()).toBe(expected);
  });

  test('by whichever entry comes first', () => {
    const both = [interval({ times: [hours(22, 24)] }), interval({ times: [hours(12, 13)] })];
    expect(nextOpening(both, Date.parse('2026-01-19T10:00:00Z'))).toBe(Date.parse('2026-01-19T12:00:00Z'));
  });

  test.each(['UTC', bucharest, 'America/New_York', 'Asia/Kathmandu', 'Australia/Lord_Howe', 'America/Sao_Paulo'])(
    'at the very moment that a look at each quarter of an hour finds, all year, in %s',
    (zone) => {
      const given = [
        interval({
          zone,
          times: [
            { from: 0, to: 90 },
            { from: 150, to: 200 },
          ],
          weekdays: only(0, 3),
        }),
      ];
      const start = Date.parse('2026-01-01T12:00:00Z');
      for (let day = 0; day < 365; day += 11) {
        let now = start + day * 86_400_000;
        while (isOpen(given, now)) now += 3_600_000;
        let found = now;
        while (!isOpen(given, found)) found += 900_000;
        expect(nextOpening(given, now)).toBe(found);
      }
    },
  );
});

describe('closes next', () => {
  const night = [interval({ times: [hours(22, 24)] }), interval({ times: [hours(0, 6)] })];

  test.each<[string, readonly TimeInterval[], string, string | null]>([
    ['at its end', [office], '2026-01-19T10:00:00Z', '2026-01-19T15:00:00.000Z'],
    [
      'at the end of the day, where it has no times',
      [interval({ weekdays: only(1) })],
      '2026-01-19T10:00:00Z',
      '2026-01-20T00:00:00.000Z',
    ],
    ['not where another entry goes on', night, '2026-01-19T23:00:00Z', '2026-01-20T06:00:00.000Z'],
    [
      'at the end of several days',
      [interval({ weekdays: only(1, 3) })],
      '2026-01-19T10:00:00Z',
      '2026-01-22T00:00:00.000Z',
    ],
    [
      'by the wall clock, over a change of it',
      [interval({ times: [hours(0, 6)], zone: bucharest })],
      '2026-03-28T23:00:00Z',
      '2026-03-29T03:00:00.000Z',
    ],
    ['never', [interval({})], '2026-01-19T10:00:00Z', null],
  ])('%s', (_, intervals, now, closes) => {
    const found = nextClosing(intervals, Date.parse(now));
    expect(found === null ? null : new Date(found).toISOString()).toBe(closes);
  });
});
