import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Episode } from '../../../src/store/episodes.ts';
import { insertEpisodes } from '../../../src/store/episodes.ts';
import { firstBegun, newAlerts } from '../../../src/store/new-alerts.ts';
import { episodeOf, MINUTE } from '../../unit/decide/bench.ts';
import { NOW, openOne, openStore, type Store } from './store.ts';

let store: Store;

beforeAll(async () => {
  store = await openStore();
  await openOne(store.db, 'cup');
  await openOne(store.db, 'vase');
});
afterAll(() => store[Symbol.asyncDispose]());

/** An alert of its own that began a minute after the change. */
const fires = (name: string, more: Partial<Episode> = {}, current = true) => {
  const at = NOW + MINUTE;
  const own = { id: null, source: 'alertmanager', fingerprint: name, name, incidentId: null } as const;
  return insertEpisodes(store.db, [episodeOf({ ...own, openedAt: at, startsAt: at, ...more })], current);
};

test('only an alert that began after the change and still fires is new', async () => {
  await fires('late', { openedAt: NOW + 2 * MINUTE });
  await fires('on the target', { incidentId: 'inc-cup', openedAt: NOW + 3 * MINUTE });
  await fires('no start', { startsAt: null, openedAt: NOW + 1 });
  await fires('before', { openedAt: NOW - 1, startsAt: NOW - 1 });
  await fires('begun before, told after', { startsAt: NOW - 1 });
  await fires('over', { status: 'resolved', closedAt: NOW + 2 * MINUTE });
  await fires('a test', { test: 'says so' });
  await fires('own', { incidentId: 'inc-vase' });
  await fires('of remedyd', { source: 'remedyd' });
  // Fired at the change, was over for a moment, and fires again.
  const past = { openedAt: NOW - 2 * MINUTE, status: 'resolved' } as const;
  await fires('flaps', { ...past, closedAt: NOW + 1 }, false);
  await fires('flaps');
  await fires('restless', { ...past, closedAt: NOW - 50 * MINUTE }, false);
  await fires('restless');
  await fires('long ago', { ...past, openedAt: NOW - 90 * MINUTE, closedAt: NOW - 61 * MINUTE }, false);
  await fires('long ago');
  const about = { since: NOW, incidentId: 'inc-vase', target: { kind: 'thing', id: 'cup' } };
  const found = await newAlerts(store.db, about, 10);
  expect(found.map(({ name }) => name)).toEqual(['on the target', 'no start', 'long ago', 'late']);
  expect(found[0]).toMatchObject({ rule: 'thing-broken', target: { kind: 'thing', id: 'cup' } });
  expect(found[1]).toMatchObject({ rule: null, target: null });
  expect(await newAlerts(store.db, about, 1)).toMatchObject([{ name: 'on the target' }]);
});

test('the first change is the first step that began to change something', async () => {
  const line = (seq: number, step: string, phase: string, at: number) =>
    store.db.run(
      `insert into remedyd.journal (run_id, seq, step, phase, at, fence, data) values ('run-1', $1, $2, $3, $4, 1, '{}')`,
      [seq, step, phase, new Date(at)],
    );
  await line(1, 'look', 'begun', NOW);
  await line(2, 'look', 'ended', NOW + 1);
  await line(3, 'mend', 'begun', NOW + 2);
  await line(4, 'mend', 'ended', NOW + 3);
  await line(5, 'sign', 'begun', NOW + 4);
  expect(await firstBegun(store.db, 'run-1', ['mend', 'sign'])).toBe(NOW + 2);
  expect(await firstBegun(store.db, 'run-1', ['polish'])).toBeNull();
  expect(await firstBegun(store.db, 'run-1', null)).toBe(NOW);
  expect(await firstBegun(store.db, 'run-2', null)).toBeNull();
});
