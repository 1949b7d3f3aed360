import { describe, expect, test } from 'vitest';
import { timeIntervalsSchema } from '../../../src/config/time-intervals.ts';

const read = (...entries: readonly object[]) => timeIntervalsSchema.safeParse([{ name: 'x', time_intervals: entries }]);

const message = (result: ReturnType<typeof read>) => result.error?.issues.map((issue) => issue.message).join('; ');

test('reads what Alertmanager writes', () => {
  const result = read({
    times: [{ start_time: '22:00', end_time: '24:00' }],
    weekdays: ['monday:friday', 'Sunday'],
    days_of_month: ['1:5', '-3:-1', 15],
    months: ['1:3', 'may:august', 'december'],
    years: ['2026:2030', 2032],
    location: 'Europe/Berlin',
  });
  expect(result.data).toEqual([
    {
      name: 'x',
      time_intervals: [
        {
          times: [{ from: 1_320, to: 1_440 }],
          weekdays: [
            { from: 1, to: 5 },
            { from: 0, to: 0 },
          ],
          daysOfMonth: [
            { from: 1, to: 5 },
            { from: -3, to: -1 },
            { from: 15, to: 15 },
          ],
          months: [
            { from: 1, to: 3 },
            { from: 5, to: 8 },
            { from: 12, to: 12 },
          ],
          years: [
            { from: 2026, to: 2030 },
            { from: 2032, to: 2032 },
          ],
          zone: 'Europe/Berlin',
        },
      ],
    },
  ]);
});

test('is UTC where nothing else is said, or the machine’s own zone', () => {
  const zone = (entry: object) => read(entry).data?.[0]?.time_intervals[0]?.zone;
  expect(zone({})).toBe('UTC');
  expect(zone({ location: 'Local' })).toBe(new Intl.DateTimeFormat().resolvedOptions().timeZone);
});

describe('refuses', () => {
  test.each<[string, object, RegExp]>([
    [
      'a time over midnight',
      { times: [{ start_time: '22:00', end_time: '06:00' }] },
      /two entries for a time over midn/,
    ],
    ['an empty time', { times: [{ start_time: '06:00', end_time: '06:00' }] }, /end is not behind the start/],
    ['no time of day', { times: [{ start_time: '6:00', end_time: '24:01' }] }, /'6:00' is no time.*'24:01' is no time/],
    ['minutes that no hour has', { times: [{ start_time: '06:60', end_time: '07:00' }] }, /'06:60' is no time/],
    ['a week that wraps around', { weekdays: ['saturday:monday'] }, /ends before it begins.*write two/],
    ['a weekday that is none', { weekdays: ['mon'] }, /'mon' cannot be read/],
    ['a range of three', { months: ['1:2:3'] }, /cannot be read/],
    ['day 0', { days_of_month: ['0'] }, /cannot be read/],
    ['day 32', { days_of_month: ['1:32'] }, /cannot be read/],
    ['days from the end to the start', { days_of_month: ['-1:5'] }, /ends before/],
    ['days backwards from the end', { days_of_month: ['-1:-3'] }, /ends before/],
    ['month 13', { months: [13] }, /'13' cannot be read/],
    ['a zone that nobody knows', { location: 'Europe/Bucuresti' }, /no time zone 'Europe\/Bucuresti'/],
    ['a key that nobody knows', { day: ['monday'] }, /day/],
  ])('%s', (_, entry, expected) => {
    expect(message(read(entry))).toMatch(expected);
  });

  test('no entry at all, the same name twice, and the name that needs none', () => {
    expect(message(read())).toMatch(/never be open/);
    const one = { name: 'x', time_intervals: [{}] };
    expect(message(timeIntervalsSchema.safeParse([one, one]))).toMatch(/there is an interval 'x' already/);
    expect(message(timeIntervalsSchema.safeParse([{ ...one, name: 'always' }]))).toMatch(/needs no interval/);
  });
});
