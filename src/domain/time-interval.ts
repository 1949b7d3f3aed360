import { fromLocal, localTime } from './local-time.ts';
import { type Time, toDate } from './time.ts';

/** From the first to the last, both meant. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/**
 * One entry of a named time interval, as Alertmanager has them: every part that is given must agree, and within a part
 * one range is enough. A part without ranges limits nothing.
 */
export interface TimeInterval {
  /** Minutes of the local day; the last one is not meant any more. */
  readonly times: readonly Range[];
  /** 0 is Sunday. */
  readonly weekdays: readonly Range[];
  /** 1 to 31, or from the end of the month: -1 is its last day. */
  readonly daysOfMonth: readonly Range[];
  readonly months: readonly Range[];
  readonly years: readonly Range[];
  /** IANA name of the time zone. */
  readonly zone: string;
}

const MINUTE = 60_000;
const DAY = 86_400_000;

/** How far ahead an opening is looked for. */
const FURTHEST_DAYS = 8;

/** Whether one of the entries agrees with this moment. */
export function isOpen(intervals: readonly TimeInterval[], now: Time): boolean {
  return intervals.some((interval) => {
    const local = localTime(now, interval.zone);
    return opensOn(interval, local) && within(interval.times, Math.floor((local % DAY) / MINUTE), false);
  });
}

/**
 * When one of the entries agrees next, or null where none does within eight days. It looks at the beginnings of the days
 * and times in question only, so it costs a few dozen looks and not one for each minute.
 */
export function nextOpening(intervals: readonly TimeInterval[], now: Time): Time | null {
  let first: Time | null = null;
  for (const interval of intervals) {
    const today = Math.floor(localTime(now, interval.zone) / DAY) * DAY;
    // A day ends where times do not: what is open all day begins at midnight.
    const starts = interval.times.length === 0 ? [0] : interval.times.map(({ from }) => from);
    for (let day = today; day <= today + FURTHEST_DAYS * DAY; day += DAY) {
      if (!opensOn(interval, day)) continue;
      const times = starts
        .flatMap((start) => fromLocal(day + start * MINUTE, interval.zone))
        .filter((time) => time > now && isOpen([interval], time));
      if (times.length === 0) continue;
      first = Math.min(first ?? Number.POSITIVE_INFINITY, ...times);
      break;
    }
  }
  return first;
}

/**
 * When none of the entries agrees any more, for a moment at which one does; null where that is not within eight days. It
 * looks at the ends of days and times only.
 */
export function nextClosing(intervals: readonly TimeInterval[], now: Time): Time | null {
  const ends = intervals.flatMap(({ times, zone }) => {
    const today = Math.floor(localTime(now, zone) / DAY) * DAY;
    const minutes = [...times.map(({ to }) => to), 24 * 60];
    return Array.from({ length: FURTHEST_DAYS + 1 }, (_, i) => today + i * DAY).flatMap((day) =>
      minutes.flatMap((minute) => fromLocal(day + minute * MINUTE, zone)),
    );
  });
  const later = [...new Set(ends)].filter((time) => time > now).sort((a, b) => a - b);
  return later.find((time) => !isOpen(intervals, time)) ?? null;
}

function opensOn({ weekdays, daysOfMonth, months, years }: TimeInterval, local: number): boolean {
  const date = toDate(local);
  const year = date.getUTCFullYear();
  const month = date.getUTCMonth() + 1;
  const length = (Date.UTC(year, month, 1) - Date.UTC(year, month - 1, 1)) / DAY;
  return (
    within(weekdays, date.getUTCDay()) &&
    within(months, month) &&
    within(years, year) &&
    (daysOfMonth.length === 0 || daysOfMonth.some((range) => hasDay(range, date.getUTCDate(), length)))
  );
}

function within(ranges: readonly Range[], value: number, toIsMeant = true): boolean {
  return ranges.length === 0 || ranges.some(({ from, to }) => value >= from && (toIsMeant ? value <= to : value < to));
}

/** A range that lies behind the end of a short month is no day of it; one that crosses the end stops there. */
function hasDay({ from, to }: Range, day: number, length: number): boolean {
  const begin = from < 0 ? length + from + 1 : from;
  const end = to < 0 ? length + to + 1 : to;
  return day >= begin && day <= Math.min(end, length);
}
