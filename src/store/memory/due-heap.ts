import type { Time } from '../../domain/time.ts';

interface Due {
  readonly at: Time;
  readonly id: number;
}

/** Ids by the time at which they are due, the earliest first; of equal times the smaller id first. */
export interface DueHeap {
  push(at: Time, id: number): void;
  peek(): Due | undefined;
  pop(): Due | undefined;
}

/** A binary heap. What is struck stays in it; whoever pops compares with what still stands. */
export function dueHeap(): DueHeap {
  // Side by side, and not as pairs: there are millions of them in a replay.
  const times: Time[] = [];
  const ids: number[] = [];

  function isBefore(i: number, j: number): boolean {
    const [a = 0, b = 0] = [times[i], times[j]];
    return a < b || (a === b && (ids[i] ?? 0) < (ids[j] ?? 0));
  }

  function swap(i: number, j: number): void {
    const [at = 0, id = 0] = [times[i], ids[i]];
    times[i] = times[j] ?? 0;
    ids[i] = ids[j] ?? 0;
    times[j] = at;
    ids[j] = id;
  }

  function peek(): Due | undefined {
    const [at, id] = [times[0], ids[0]];
    return at === undefined || id === undefined ? undefined : { at, id };
  }

  return {
    push(at, id) {
      times.push(at);
      ids.push(id);
      for (let i = times.length - 1; i > 0; ) {
        const parent = (i - 1) >> 1;
        if (!isBefore(i, parent)) break;
        swap(i, parent);
        i = parent;
      }
    },
    peek,
    pop() {
      const top = peek();
      if (top === undefined) return undefined;
      const last = times.length - 1;
      swap(0, last);
      times.pop();
      ids.pop();
      for (let i = 0; ; ) {
        const left = 2 * i + 1;
        if (left >= last) break;
        const least = left + 1 < last && isBefore(left + 1, left) ? left + 1 : left;
        if (!isBefore(least, i)) break;
        swap(i, least);
        i = least;
      }
      return top;
    },
  };
}
