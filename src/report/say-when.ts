import { type Time, toIso } from '../domain/time.ts';

/** `2026-03-01 03:02:30 UTC`. */
export function stamp(at: Time): string {
  return `${toIso(at).slice(0, 19).replace('T', ' ')} UTC`;
}

/** Times for the lines of a table: `03:02:30`, with the date where they are not all of one day. */
export function clockFor(times: readonly Time[]): (at: Time) => string {
  const days = new Set(times.map((at) => toIso(at).slice(0, 10)));
  return (at) => (days.size > 1 ? toIso(at).slice(0, 19).replace('T', ' ') : toIso(at).slice(11, 19));
}
