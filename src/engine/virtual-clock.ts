import type { Clock, Time } from '../domain/time.ts';

/** A clock that stands still until it is moved, and never goes back. */
export interface VirtualClock extends Clock {
  /** @throws RangeError for a time that has passed. */
  moveTo(time: Time): void;
}

export function createVirtualClock(start: Time): VirtualClock {
  let time = start;
  return {
    now: () => time,
    moveTo(to) {
      if (to < time) throw new RangeError(`The clock stands at ${time} and cannot go back to ${to}`);
      time = to;
    },
    sleep: () => Promise.reject(new Error('Nobody sleeps by a virtual clock; work is owed with a due time instead')),
  };
}
