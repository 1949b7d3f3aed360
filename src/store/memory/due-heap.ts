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
  const heap: Due[] = [];
  const before = (a: Due, b: Due) => a.at < b.at || (a.at === b.at && a.id < b.id);

  function swap(i: number, j: number): void {
    const [a, b] = [heap[i], heap[j]];
    if (a === undefined || b === undefined) return;
    heap[i] = b;
    heap[j] = a;
  }

  function isBefore(i: number, j: number): boolean {
    const [a, b] = [heap[i], heap[j]];
    return a !== undefined && b !== undefined && before(a, b);
  }

  return {
    push(at, id) {
      heap.push({ at, id });
      for (let i = heap.length - 1; i > 0; ) {
        const parent = (i - 1) >> 1;
        if (!isBefore(i, parent)) break;
        swap(i, parent);
        i = parent;
      }
    },
    peek: () => heap[0],
    pop() {
      const top = heap[0];
      const last = heap.pop();
      if (top === undefined || last === undefined || heap.length === 0) return top;
      heap[0] = last;
      for (let i = 0; ; ) {
        const left = 2 * i + 1;
        const least = isBefore(left + 1, left) ? left + 1 : left;
        if (!isBefore(least, i)) break;
        swap(i, least);
        i = least;
      }
      return top;
    },
  };
}
