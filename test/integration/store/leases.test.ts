import { afterAll, beforeAll, expect, test } from 'vitest';
import { holdLease, releaseLeases } from '../../../src/store/leases.ts';
import { NOW, openStore, type Store } from './store.ts';

let store: Store;

beforeAll(async () => {
  store = await openStore();
});
afterAll(() => store[Symbol.asyncDispose]());

test('one holds it, keeps it while it asks in time, and another gets it afterwards', async () => {
  const { db } = store;
  expect(await holdLease(db, 'sweep', 'rep-a', NOW, 1_000)).toBe(true);
  expect(await holdLease(db, 'sweep', 'rep-b', NOW + 500, 1_000)).toBe(false);
  expect(await holdLease(db, 'sweep', 'rep-a', NOW + 900, 1_000)).toBe(true);
  expect(await holdLease(db, 'sweep', 'rep-b', NOW + 1_899, 1_000)).toBe(false);
  expect(await holdLease(db, 'sweep', 'rep-b', NOW + 1_900, 1_000)).toBe(true);
  expect(await holdLease(db, 'sweep', 'rep-a', NOW + 1_901, 1_000)).toBe(false);
});

test('leases of different names know nothing of each other, and letting go frees all of them', async () => {
  const { db } = store;
  expect(await holdLease(db, 'one', 'rep-a', NOW, 9_000)).toBe(true);
  expect(await holdLease(db, 'two', 'rep-b', NOW, 9_000)).toBe(true);
  await releaseLeases(db, 'rep-a');
  expect(await holdLease(db, 'one', 'rep-b', NOW + 1, 9_000)).toBe(true);
  expect(await holdLease(db, 'two', 'rep-a', NOW + 1, 9_000)).toBe(false);
});

test('many who ask at once: one has it', async () => {
  const asked = Array.from({ length: 20 }, (_, i) => holdLease(store.db, 'crowd', `rep-${i}`, NOW, 9_000));
  expect((await Promise.all(asked)).filter(Boolean)).toHaveLength(1);
});
