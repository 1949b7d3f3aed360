import { formatDuration } from '../../domain/duration.ts';
import { fromIso, type Time, toIso } from '../../domain/time.ts';

const MINUTE = 60_000;
const TEN_MINUTES = 10 * MINUTE;

/** `14:03 UTC, 12 min ago`; with the date where it is another day than `now`; `in 10 min` for what is to come. */
export function when(at: Time, now: Time): string {
  return `${clockTime(at, now)}, ${ago(at, now)}`;
}

/** `14:03 UTC`, or `2026-03-01 14:03 UTC` where it is another day than `now`. */
export function clockTime(at: Time, now: Time): string {
  const [day = '', time = ''] = toIso(at).split('T');
  const sameDay = toIso(now).startsWith(`${day}T`);
  return `${sameDay ? '' : `${day} `}${time.slice(0, 5)} UTC`;
}

/** `12 min ago`, `in 10 min`, or `just now` for less than a second. */
export function ago(at: Time, now: Time): string {
  const distance = Math.abs(now - at);
  if (distance < 1_000) return 'just now';
  // Nobody cares for the seconds of half an hour.
  const length = formatDuration(distance < TEN_MINUTES ? distance : Math.round(distance / MINUTE) * MINUTE);
  return at > now ? `in ${length}` : `${length} ago`;
}

/** Points of time within a text, in the form that machines like, as people read them. */
export function clockTimes(text: string, now: Time): string {
  return text.replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, (iso) => {
    const time = fromIso(iso);
    return time === null ? iso : clockTime(time, now);
  });
}

/** `2026-03-01 14:03 UTC`, for what may be read on another day. */
export function stamp(at: Time): string {
  return `${toIso(at).slice(0, 16).replace('T', ' ')} UTC`;
}
