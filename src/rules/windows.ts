import type { Time } from '../domain/time.ts';
import { isOpen, nextClosing, nextOpening, type TimeInterval } from '../domain/time-interval.ts';

/** The named times of the config. */
export type TimeIntervals = ReadonlyMap<string, readonly TimeInterval[]>;

/** One of them at one moment. */
export interface Window {
  readonly open: boolean;
  /** Null where it is open, or where it does not open within eight days. */
  readonly opensAt: Time | null;
  /** Null where it is not open, or where it stays open for eight days. */
  readonly closesAt: Time | null;
}

/** A named time at one moment; undefined where the config has none of that name. */
export type Windows = (name: string) => Window | undefined;

/** The named times of the config at one moment. Each is looked at once, however often it is asked for. */
export function windowsAt(intervals: TimeIntervals, now: Time): Windows {
  const known = new Map<string, Window>();
  return (name) => {
    const entries = intervals.get(name);
    if (entries === undefined) return undefined;
    let window = known.get(name);
    if (window === undefined) {
      window = isOpen(entries, now)
        ? { open: true, opensAt: null, closesAt: nextClosing(entries, now) }
        : { open: false, opensAt: nextOpening(entries, now), closesAt: null };
      known.set(name, window);
    }
    return window;
  };
}
