import { describe, expect, test } from 'vitest';
import { groupCommit } from '../../../src/ingest/group-commit.ts';

/** A disk that is asked to write, and does so when it is told to. */
function disk() {
  const writes: { readonly group: readonly number[]; done(): void; fail(error: Error): void }[] = [];
  return {
    writes,
    commit: (group: readonly number[]) =>
      new Promise<readonly string[]>((resolve, reject) => {
        writes.push({ group, done: () => resolve(group.map((one) => `stored ${one}`)), fail: reject });
      }),
    /** The next write, as soon as it is asked for. */
    async next(count: number) {
      while (writes.length < count) await new Promise((resolve) => setImmediate(resolve));
      const write = writes[count - 1];
      if (write === undefined) throw new Error('no such write');
      return write;
    },
  };
}

const open = (commit: (group: readonly number[]) => Promise<readonly string[]>, more: object = {}) =>
  groupCommit<number, string>({
    commit,
    maxDelay: 0,
    maxWeight: 100,
    weightOf: () => 1,
    mayBePoisoned: (error) => (error as Error).message === 'poison',
    ...more,
  });

test('those that come together are one commit, and each hears of its own', async () => {
  const { commit, next, writes } = disk();
  const store = open(commit);
  const all = Promise.all([store(1), store(2), store(3)]);
  (await next(1)).done();
  expect(await all).toEqual(['stored 1', 'stored 2', 'stored 3']);
  expect(writes.map(({ group }) => group)).toEqual([[1, 2, 3]]);
});

test('while one group is written the next gathers, and the order stays', async () => {
  const { commit, next, writes } = disk();
  const store = open(commit);
  const first = store(1);
  const write = await next(1);
  const rest = Promise.all([store(2), store(3)]);
  write.done();
  expect(await first).toBe('stored 1');
  (await next(2)).done();
  expect(await rest).toEqual(['stored 2', 'stored 3']);
  expect(writes.map(({ group }) => group)).toEqual([[1], [2, 3]]);
});

test('a full group does not wait for more, and one that is too heavy alone still goes', async () => {
  const { commit, next, writes } = disk();
  const store = open(commit, { maxWeight: 10, weightOf: (one: number) => one });
  const all = Promise.all([store(4), store(6), store(1), store(50), store(2)]);
  for (let count = 1; count <= 4; count += 1) (await next(count)).done();
  await all;
  expect(writes.map(({ group }) => group)).toEqual([[4, 6], [1], [50], [2]]);
});

describe('P1: an error is nobody else’s answer', () => {
  test('where the store is away everyone hears so, and nothing is tried one by one', async () => {
    const { commit, next, writes } = disk();
    const store = open(commit);
    const all = Promise.allSettled([store(1), store(2)]);
    (await next(1)).fail(new Error('away'));
    expect((await all).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(writes).toHaveLength(1);
  });

  test('one poisoned member does not spoil the others', async () => {
    const commit = async (group: readonly number[]) => {
      if (group.includes(2)) throw new Error('poison');
      return group.map((one) => `stored ${one}`);
    };
    const store = open(commit);
    const all = await Promise.allSettled([store(1), store(2), store(3)]);
    expect(all).toMatchObject([
      { status: 'fulfilled', value: 'stored 1' },
      { status: 'rejected', reason: { message: 'poison' } },
      { status: 'fulfilled', value: 'stored 3' },
    ]);
  });

  test('after a failure the next one is written as ever', async () => {
    const { commit, next } = disk();
    const store = open(commit);
    const failed = store(1).catch((error: Error) => error.message);
    (await next(1)).fail(new Error('away'));
    expect(await failed).toBe('away');
    const stored = store(2);
    (await next(2)).done();
    expect(await stored).toBe('stored 2');
  });
});
