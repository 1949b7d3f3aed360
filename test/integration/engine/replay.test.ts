import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPlayer } from '../../../src/replay/player.ts';
import { replay } from '../../../src/replay/replay.ts';
import type { SideParts } from '../../../src/replay/side.ts';
import { insertEpisodes } from '../../../src/store/episodes.ts';
import { historySize, readHistory } from '../../../src/store/history.ts';
import { episode } from '../../support/ledger/contract.ts';
import { toySide } from '../../support/replay/toy-side.ts';
import { NOW, openStore, type Store } from '../store/store.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let store: Store;

beforeAll(async () => {
  store = await openStore();
});
afterAll(() => store[Symbol.asyncDispose]());

async function replayed(now: SideParts, candidate: SideParts | null) {
  const span = { start: NOW - HOUR, from: NOW, until: NOW + 10 * HOUR, population: 100 };
  return replay(readHistory(store.db, NOW - HOUR), {
    now: createPlayer(now, span),
    candidate: candidate === null ? null : createPlayer(candidate, span),
    from: NOW,
    onProgress: () => undefined,
  });
}

describe('recorded alerts', () => {
  beforeAll(async () => {
    // Five things break together and are well a quarter of an hour later; one of them had been broken before.
    const at = (openedAt: number, lasts: number) => ({
      openedAt,
      startsAt: openedAt,
      status: 'resolved' as const,
      closedAt: openedAt + lasts,
      endsAt: openedAt + lasts,
    });
    const { db } = store;
    await insertEpisodes(db, [episode('a', at(NOW - 30 * MINUTE, 2 * MINUTE))], false);
    await insertEpisodes(
      db,
      ['a', 'b', 'c', 'd', 'e'].map((thing) => episode(thing, at(NOW + HOUR, 2 * MINUTE))),
      false,
    );
    await insertEpisodes(db, [episode('late', { ...at(NOW + 2 * HOUR, 40 * MINUTE) })], false);
    await insertEpisodes(db, [episode('firing', { openedAt: NOW + 3 * HOUR, startsAt: NOW + 3 * HOUR })], true);
  });

  test('are read in order, from the time on', async () => {
    const names: string[] = [];
    for await (const page of readHistory(store.db, NOW)) names.push(...page.map(({ labels }) => labels.thing ?? ''));
    expect(names).toEqual(['a', 'b', 'c', 'd', 'e', 'late', 'firing']);
    expect(await historySize(store.db, NOW)).toEqual({ alerts: 7, incidents: 0, runs: 0, pages: 0 });
  });

  test('give no difference between a rule and itself', async () => {
    const { alerts, now, candidate, differences } = await replayed(toySide(), toySide());
    expect(alerts).toBe(7);
    expect([...differences]).toEqual([]);
    expect(candidate).toEqual(now);
    expect(now).toMatchObject({ incidents: 7, peak: 2 });
  });

  test('show what a tighter rule would not do, and whom it would wake', async () => {
    const { now, candidate, differences, examples } = await replayed(
      toySide(),
      toySide({ guards: { cooldown: '3h' } }),
    );
    expect(now.peak).toBe(2);
    expect(candidate?.peak).toBe(1);
    expect(differences.get('run-removed')).toBeGreaterThan(0);
    expect(candidate?.held.get('cooldown')).toBe(1);
    expect(examples.get('run-removed')?.[0]).toMatchObject({ now: { runs: ['things/mend'] }, candidate: { runs: [] } });
  });

  test('show a rule that only asks', async () => {
    const { now, candidate, differences } = await replayed(toySide(), toySide({ mode: 'propose' }));
    expect(now.asked).toBe(0);
    expect(candidate?.runs).toBe(0);
    expect(differences.get('ask-added')).toBe(7);
    expect(differences.get('run-removed')).toBe(now.runs);
  });

  test('show alerts that another rule takes, and pages that come of it', async () => {
    const { differences } = await replayed(toySide(), toySide({ name: 'renamed' }));
    expect([...differences]).toEqual([['rule-changed', 7]]);
    const none = await replayed(toySide(), toySide({ when: { match: ['alertname="other"'] } }));
    expect(none.differences.get('rule-changed')).toBe(7);
    expect(none.candidate?.runs).toBe(0);
  });

  test('show a deadline that pages', async () => {
    const patient = await replayed(
      toySide({ escalate: { policy: 'oncall', after: '3h' } }),
      toySide({ escalate: { policy: 'oncall', after: '1s' } }),
    );
    expect(patient.differences.get('page-added')).toBeGreaterThan(0);
    expect(patient.candidate?.pages).toBeGreaterThan(patient.now.pages);
  });
});
