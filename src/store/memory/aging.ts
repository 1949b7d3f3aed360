import type { Time } from '../../domain/time.ts';

/** Things in the order of their time, of which the oldest are let go. */
export interface Aging<T> {
  /** Never earlier than the one before it. */
  push(at: Time, thing: T): void;
  /** How many there are since then. */
  countSince(since: Time): number;
  /** Since then, newest first. */
  newestSince(since: Time): IteratorObject<T>;
  /** Takes out everything from before then. */
  takeBefore(before: Time): readonly T[];
}

/** So many that were taken out may still hold their places; then the list is made anew. */
const SLACK = 1_024;

export function aging<T>(): Aging<T> {
  let times: Time[] = [];
  let things: T[] = [];
  let first = 0;

  /** The index of the first that is not from before then. */
  function from(since: Time): number {
    let low = first;
    let high = times.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((times[middle] ?? 0) < since) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  return {
    push(at, thing) {
      times.push(at);
      things.push(thing);
    },
    countSince: (since) => times.length - from(since),
    *newestSince(since) {
      const oldest = from(since);
      for (let i = things.length - 1; i >= oldest; i -= 1) yield things[i] as T;
    },
    takeBefore(before) {
      const end = from(before);
      const taken = things.slice(first, end);
      first = end;
      if (first > SLACK && first > times.length / 2) {
        times = times.slice(first);
        things = things.slice(first);
        first = 0;
      }
      return taken;
    },
  };
}
