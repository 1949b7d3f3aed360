import { describe, expect, test } from 'vitest';
import { ends, fires, memory, NOW } from './batches.ts';

describe('one problem is one incident', () => {
  test('whoever tells of it, and however often', () => {
    const store = memory();
    store.apply([fires('a')]);
    store.apply([fires('a'), fires('a')]);
    store.apply([fires('a', { source: 'signoz' }), fires('b', { source: 'grafana' })]);
    expect(store.incidents()).toHaveLength(1);
    expect([...store.episodes.values()].map(({ source, deliveries }) => [source, deliveries])).toEqual([
      ['alertmanager', 3],
      ['signoz', 1],
      ['grafana', 1],
    ]);
  });

  test('on each target its own', () => {
    const store = memory();
    store.apply([fires('a'), fires('b', { labels: { thing: 'vase' } })]);
    expect(store.open().map(({ target }) => target.id)).toEqual(['cup', 'vase']);
  });

  test('only the last of its alerts ends it', () => {
    const store = memory();
    store.apply([fires('a'), fires('b')]);
    store.apply([ends('a')]);
    expect(store.open()).toHaveLength(1);
    store.apply([ends('a')]);
    expect(store.open()).toHaveLength(1);
    store.apply([ends('b')]);
    expect(store.incidents()).toMatchObject([{ state: 'closed', reason: 'cleared-by-itself', firing: false }]);
  });

  test('also within one delivery', () => {
    const store = memory();
    const { meanings } = store.apply([fires('a'), fires('b'), ends('a'), ends('b'), fires('a', { startsAt: NOW })]);
    expect(meanings).toEqual(['open', 'open', 'resolve', 'resolve', 'open']);
    expect(store.incidents().map(({ state }) => state)).toEqual(['closed', 'received']);
  });
});

describe('P1: nothing is lost by the order of deliveries', () => {
  test('fired, resolved and fired in one batch: the last word stands, and it is a new incident', () => {
    const store = memory();
    store.apply([fires('a')]);
    store.apply([ends('a'), fires('a', { startsAt: NOW })]);
    expect(store.incidents().map(({ state }) => state)).toEqual(['closed', 'received']);
    expect(store.past).toMatchObject([{ fingerprint: 'a', status: 'resolved', incidentId: 'inc-1' }]);
    expect([...store.episodes.values()]).toMatchObject([{ status: 'firing', incidentId: 'inc-2' }]);
  });

  test('a late delivery of what has ended opens nothing', () => {
    const store = memory();
    store.apply([fires('a')]);
    store.apply([ends('a')]);
    const { meanings, changes } = store.apply([fires('a')], NOW + 1_000);
    expect({ meanings, changes }).toEqual({ meanings: ['stale'], changes: [] });
  });

  test('a late end of an earlier episode does not end this one', () => {
    const store = memory();
    store.apply([fires('a', { startsAt: NOW - 1_000 })]);
    expect(store.apply([ends('a', { endsAt: NOW - 60_000 })]).meanings).toEqual(['stale']);
    expect(store.open()).toHaveLength(1);
  });

  test('the end of what nobody knows is nothing', () => {
    const store = memory();
    expect(store.apply([ends('a')])).toMatchObject({ meanings: ['nothing'], changes: [], opened: [], updated: [] });
  });

  test('what a person has closed and still fires does not stand in the way of the next', () => {
    const store = memory();
    store.apply([fires('a')]);
    store.close('inc-1');
    store.apply([fires('b')]);
    // The end of the first belongs to the closed incident; the second is open, and the third joins it.
    store.apply([ends('a'), fires('c')]);
    expect(store.open().map(({ id }) => id)).toEqual(['inc-2']);
    store.apply([ends('b')]);
    expect(store.open().map(({ id }) => id)).toEqual(['inc-2']);
    store.apply([ends('c')]);
    expect(store.open()).toEqual([]);
  });
});

test('P2: the deadline is owed in the change that opens the incident', () => {
  const { changes } = memory().apply([fires('a')]);
  expect(changes).toMatchObject([
    {
      before: null,
      after: { state: 'received', deadlineAt: NOW + 900_000, version: 1 },
      owed: [
        { kind: 'decide', dueAt: NOW },
        { kind: 'deadline', dueAt: NOW + 900_000 },
      ],
    },
  ]);
});

test('an alert that fires while its incident is verified is told to it', () => {
  const store = memory();
  store.apply([fires('a')]);
  const { changes } = store.apply([fires('b')]);
  expect(changes).toMatchObject([{ entries: [{ type: 'attached' }], owed: [] }]);
});
