import { expect, test } from 'vitest';
import { insertEpisodes } from '../../../src/store/episodes.ts';
import { troubleIsBack } from '../../../src/store/incidents.ts';
import { episode } from '../../support/ledger/contract.ts';
import { openOne, openStore } from './store.ts';

test('an all-clear knows whether the trouble is back that it is of, and nothing else does', async () => {
  await using store = await openStore(2);
  const { db } = store;
  await openOne(db, 'calm', { rule: 'thing-calm' });
  await openOne(db, 'plain', { rule: 'thing-plain' });
  const own = { source: 'remedyd', name: 'ThingCalm', incidentId: 'inc-calm' } as const;
  const labels = { thing: 'cup', all_clear_of: 'thing-broken thing:cup' };
  await insertEpisodes(
    db,
    [episode('calm', { ...own, labels }), episode('plain', { incidentId: 'inc-plain', labels })],
    true,
  );
  const isBack = (id: string) => troubleIsBack(db, id);
  expect(await isBack('inc-calm')).toBe(false);
  await openOne(db, 'vase');
  expect(await isBack('inc-calm')).toBe(false);
  await openOne(db, 'cup');
  expect(await isBack('inc-calm')).toBe(true);
  // Somebody else's words are only words.
  expect(await isBack('inc-plain')).toBe(false);
  await db.run(`update remedyd.incidents set firing = false where id = 'inc-cup'`);
  expect(await isBack('inc-calm')).toBe(false);
});
