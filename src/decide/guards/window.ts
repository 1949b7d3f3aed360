import { type Time, toIso } from '../../domain/time.ts';
import { isOpen, nextOpening, type TimeInterval } from '../../domain/time-interval.ts';
import type { Window } from './counted.ts';
import { type Guard, no, yes } from './guard.ts';

/** How soon it is asked again where no opening is in sight. */
const RECHECK = 8 * 86_400_000;

/** The named times of the config at one moment. Each is looked at once, however many incidents ask. */
export function windowsAt(
  intervals: ReadonlyMap<string, readonly TimeInterval[]>,
  now: Time,
): (name: string) => Window | undefined {
  const known = new Map<string, Window>();
  return (name) => {
    const entries = intervals.get(name);
    if (entries === undefined) return undefined;
    let window = known.get(name);
    if (window === undefined) {
      const open = isOpen(entries, now);
      window = { open, opensAt: open ? null : nextOpening(entries, now) };
      known.set(name, window);
    }
    return window;
  };
}

/** A rule acts only at the times that its `window` names. */
export const window: Guard = {
  name: 'window',
  ask({ limits, now }, { windows }) {
    const { window: name } = limits;
    if (name === undefined) return yes({});
    const found = windows(name);
    if (found === undefined) throw new Error(`The config has no time interval '${name}'`);
    const { open, opensAt } = found;
    if (open) return yes({ window: name });
    return no('outside-window', opensAt ?? now + RECHECK, {
      window: name,
      opensAt: opensAt === null ? null : toIso(opensAt),
    });
  },
};
