import type { Millis } from '../domain/time.ts';

export interface GroupCommitOptions<T, R> {
  /** Stores a group; answers in the same order. */
  commit(group: readonly T[]): Promise<readonly R[]>;
  /** How long the first of a group waits for company while nothing is being stored. */
  readonly maxDelay: Millis;
  /** How many weigh as a full group. */
  readonly maxWeight: number;
  weightOf(item: T): number;
  /** Whether a failed group should be tried one by one, because one of its members may be what failed. */
  mayBePoisoned(error: unknown): boolean;
}

interface Waiting<T, R> {
  readonly item: T;
  resolve(result: R): void;
  reject(error: unknown): void;
}

/**
 * Stores many callers' items with one commit. While one group is being written the next one gathers, so that the number
 * of commits follows what the disk can do, not how many callers there are. Groups are written one after another, in the
 * order in which their items came.
 */
export function groupCommit<T, R>(options: GroupCommitOptions<T, R>): (item: T) => Promise<R> {
  const waiting: Waiting<T, R>[] = [];
  let writing = false;

  return (item) =>
    new Promise<R>((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      if (writing) return;
      writing = true;
      setTimeout(() => void drain(), options.maxDelay);
    });

  async function drain(): Promise<void> {
    while (waiting.length > 0) await write(takeGroup());
    writing = false;
  }

  function takeGroup(): Waiting<T, R>[] {
    let weight = 0;
    const end = waiting.findIndex(({ item }, i) => {
      weight += options.weightOf(item);
      return i > 0 && weight > options.maxWeight;
    });
    return waiting.splice(0, end === -1 ? waiting.length : end);
  }

  async function write(group: readonly Waiting<T, R>[]): Promise<void> {
    try {
      const results = await options.commit(group.map(({ item }) => item));
      group.forEach(({ resolve }, i) => {
        resolve(results[i] as R);
      });
    } catch (error) {
      if (group.length > 1 && options.mayBePoisoned(error)) {
        for (const one of group) await write([one]);
        return;
      }
      for (const { reject } of group) reject(error);
    }
  }
}
