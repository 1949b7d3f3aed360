import { afterAll, beforeAll, expect, test } from 'vitest';
import { NO_CANARIES } from '../../../src/decide/canaries.ts';
import { type DecideParts, decideBatch } from '../../../src/decide/stage.ts';
import { type Opening, openIncident } from '../../../src/ingest/opening.ts';
import { loadRemediations } from '../../../src/remediation/registry.ts';
import { loadRulebook } from '../../../src/rules/load.ts';
import { insertEpisodes } from '../../../src/store/episodes.ts';
import { record } from '../../../src/store/record.ts';
import { episodeOf } from '../../unit/decide/bench.ts';
import { openStore, type Store } from '../store/store.ts';

let store: Store;
let parts: DecideParts;

beforeAll(async () => {
  store = await openStore(20);
  const remediations = await loadRemediations('test/fixtures/toy/remediations');
  const loaded = await loadRulebook('test/fixtures/toy/rules', remediations, []);
  if ('faults' in loaded) throw new Error('the toy rules are faulty');
  parts = {
    db: store.db,
    clock: { now: () => Date.now(), sleep: async () => undefined },
    remediations,
    limits: { runs_at_once: 1, runs_per_hour: 1_000_000, backoff: [] },
    unmatched: { critical: 'page', high: 'page', medium: 'record', low: 'record' },
    timeIntervals: new Map(),
    maintenance: [],
    populations: { measure: async () => undefined, known: () => new Map() },
    canaries: NO_CANARIES,
    askSources: async () => [],
    rulebook: () => loaded.rulebook,
    handOver: () => undefined,
    onVerdict: () => undefined,
  };
});
afterAll(() => store[Symbol.asyncDispose]());

/** So many incidents that all want to run now; their rows, each to be decided by somebody else. */
async function wanting(round: number, count: number): Promise<number[]> {
  const now = Date.now();
  const opened = Array.from({ length: count }, (_, i) => {
    const thing = `t${round}-${i}`;
    const target = { kind: 'thing', id: thing };
    const opening: Opening = { rule: 'thing-broken', target, severity: 'high', deadline: 900_000 };
    return openIncident(`inc-${thing}`, opening, null, now);
  });
  const episodes = opened.map((incident) =>
    episodeOf({ id: null, fingerprint: incident.id, labels: { thing: incident.target.id }, incidentId: incident.id }),
  );
  const handed = await store.db.transaction(async (sql) => {
    await insertEpisodes(sql, episodes, true);
    return record(
      sql,
      opened.map((after) => ({ before: null, after, entries: [], owed: [{ kind: 'decide', dueAt: now }] })),
      now,
    );
  });
  return handed.map(({ id }) => id);
}

test('P5: a batch counts the runs that it has just admitted itself', async () => {
  const rows = await wanting(1_000, 30);
  await decideBatch({ ...parts, limits: { ...parts.limits, runs_at_once: 7 } }, rows);
  const open = await store.db.query('select 1 from remedyd.runs where ended_at is null');
  expect(open).toHaveLength(7);
  const states = await store.db.query<{ state: string; n: number }>(
    'select state, count(*) as n from remedyd.incidents where ended_at is null group by 1 order by 1',
  );
  expect(states).toEqual([
    { state: 'held', n: 23 },
    { state: 'running', n: 7 },
  ]);
});
