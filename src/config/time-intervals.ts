import { z } from 'zod';
import type { Range, TimeInterval } from '../domain/time-interval.ts';

const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];

const MONTHS = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
];

type Read = (word: string) => number | null;

const whole: Read = (word) => (/^-?\d{1,4}$/.test(word) ? Number(word) : null);

const weekday: Read = (word) => indexOf(WEEKDAYS, word, 0);

const month: Read = (word) => indexOf(MONTHS, word, 1) ?? between(whole(word), 1, 12);

const dayOfMonth: Read = (word) => between(whole(word), 1, 31) ?? between(whole(word), -31, -1);

const year: Read = (word) => between(whole(word), 1, 9_999);

function indexOf(names: readonly string[], word: string, first: number): number | null {
  const index = names.indexOf(word.toLowerCase());
  return index === -1 ? null : index + first;
}

function between(value: number | null, least: number, most: number): number | null {
  return value !== null && value >= least && value <= most ? value : null;
}

/** `monday` or `monday:friday`; `order` says whether the one does not lie behind the other. */
const range = (read: Read, example: string, order = ({ from, to }: Range) => from <= to) =>
  z.union([z.string(), z.int()]).transform((given, ctx): Range => {
    const [first = '', last = first, ...more] = String(given).split(':');
    const from = read(first.trim());
    const to = read(last.trim());
    if (from !== null && to !== null && more.length === 0 && order({ from, to })) return { from, to };
    const backwards = from !== null && to !== null && more.length === 0;
    const what = backwards ? 'ends before it begins; it cannot wrap around, write two' : `cannot be read`;
    ctx.addIssue({ code: 'custom', message: `'${given}' ${what}`, params: { fix: `write for example ${example}` } });
    return z.NEVER;
  });

/** Days from the end of the month are compared in the longest one; a start from the end needs such an end. */
function inMonth({ from, to }: Range): boolean {
  if (from < 0 && to > 0) return false;
  return (from < 0 ? 32 + from : from) <= (to < 0 ? 32 + to : to);
}

const clock = () =>
  z.string().transform((text, ctx) => {
    const [, hours, minutes] = /^(\d\d):(\d\d)$/.exec(text) ?? [];
    const total = Number(hours) * 60 + Number(minutes);
    if (Number(minutes) < 60 && total <= 24 * 60) return total;
    const fix = "write it as '08:30', in quotes; the end of the day is '24:00'";
    ctx.addIssue({ code: 'custom', message: `'${text}' is no time of day`, params: { fix } });
    return z.NEVER;
  });

const times = z
  .strictObject({ start_time: clock(), end_time: clock() })
  .refine(({ start_time, end_time }) => start_time < end_time, {
    error: 'the end is not behind the start; write two entries for a time over midnight',
  })
  .transform(({ start_time, end_time }): Range => ({ from: start_time, to: end_time }));

const location = () =>
  z.string().transform((name, ctx) => {
    try {
      // `Local` is the machine's own zone, as in Alertmanager.
      const zone = name === 'Local' ? undefined : name;
      return new Intl.DateTimeFormat('en-US', { timeZone: zone }).resolvedOptions().timeZone;
    } catch {
      const fix = "write an IANA name such as 'Europe/Bucharest', 'UTC' or 'Local'";
      ctx.addIssue({ code: 'custom', message: `there is no time zone '${name}'`, params: { fix } });
      return z.NEVER;
    }
  });

const interval = z
  .strictObject({
    /** Of the day; the end is not meant any more. */
    times: z.array(times).default([]),
    weekdays: z.array(range(weekday, "'monday:friday'")).default([]),
    /** -1 is the last day of the month. */
    days_of_month: z.array(range(dayOfMonth, "'1:5' or '-3:-1'", inMonth)).default([]),
    months: z.array(range(month, "'may:august' or '1:3'")).default([]),
    years: z.array(range(year, "'2026:2030'")).default([]),
    location: location().prefault('UTC'),
  })
  .transform(
    ({ times, weekdays, days_of_month: daysOfMonth, months, years, location: zone }): TimeInterval => ({
      times,
      weekdays,
      daysOfMonth,
      months,
      years,
      zone,
    }),
  );

/** Named times, as Alertmanager writes them, for `window` of rules. */
export const timeIntervalsSchema = z
  .array(
    z.strictObject({
      name: z
        .string()
        .min(1, { error: 'the name is empty; write for example office-hours' })
        .refine((name) => name !== 'always', { error: "'always' needs no interval; choose another name" }),
      time_intervals: z.array(interval).min(1, { error: 'is empty and would never be open; give one entry' }),
    }),
  )
  .superRefine((all, ctx) => {
    for (const [i, { name }] of all.entries()) {
      if (all.findIndex((other) => other.name === name) === i) continue;
      ctx.addIssue({ code: 'custom', path: [i, 'name'], message: `there is an interval '${name}' already; rename it` });
    }
  })
  .default([]);
