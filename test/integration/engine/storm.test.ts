import { afterEach, expect, test } from 'vitest';
import { createGatherer } from '../../../src/decide/gather.ts';
import type { Alert } from '../../../src/domain/alert.ts';
import { type CoverParts, keepCovered } from '../../../src/escalate/cover.ts';
import type { Rule } from '../../../src/rules/rule.ts';
import { createRulebook } from '../../../src/rules/rulebook.ts';
import { standingCovers } from '../../../src/store/covers.ts';
import { insertEpisodes } from '../../../src/store/episodes.ts';
import { episodeOf, MINUTE, ruleOf } from '../../unit/decide/bench.ts';
import { NOW, openOne, openStore, type Store } from '../store/store.ts';
import { type Engine, MEND, rule, startEngine } from './engine.ts';

let engine: Engine | undefined;

afterEach(async () => {
  await engine?.[Symbol.asyncDispose]();
  engine = undefined;
});

const STORM =
  'guards: { cooldown: 0s, budget: { runs: 9, per: 1h }, concurrency: 100, storm: { firing: 3, within: 1m, calm: 10s } }';
const things = Array.from({ length: 20 }, (_, i) => `t${i}`);
const fires = (thing: string) => ({
  name: 'thing:broken',
  status: 'firing' as const,
  severity: 'HIGH',
  labels: { thing },
  annotations: {},
});

test('a storm is one incident and one page; its incidents wait, and are judged anew when it is over', async () => {
  engine = await startEngine({
    rules: `rules:\n${rule('things', 'thing:broken', MEND, STORM, 'escalate: { policy: oncall, after: 60s }')}`,
  });
  const { daemon, pagerduty } = engine;
  await daemon.event(things.map(fires));
  const storm = await daemon.untilState('storm:things', ['escalated']);
  expect(storm).toMatchObject({ reason: 'own-alert', rule: 'unmatched', severity: 'high' });
  await pagerduty.until(() => pagerduty.incident(storm.id)?.status === 'triggered', 10_000);
  const covered = await daemon.until('all are covered', async () => {
    const items = await daemon.incidents('rule=things');
    return items.length === 20 && items.every(({ coveredBy }) => coveredBy === storm.id) && items;
  });
  expect(covered.every(({ state, reason }) => state === 'held' && reason === 'storm')).toBe(true);
  // It calms down: the storm's own incident ends, and each of its incidents gets its run.
  await daemon.untilState('storm:things', ['closed']);
  await daemon.until('all are worked on', async () => {
    const items = await daemon.incidents('rule=things');
    return items.every(({ state }) => state === 'running' || state === 'verifying' || state === 'healed');
  });
  expect(pagerduty.events.filter(({ event_action }) => event_action === 'trigger')).toHaveLength(1);
});

test('P2: what nobody can mend pages at its own new deadline once the storm is over', async () => {
  engine = await startEngine({
    rules: `rules:\n${rule('things', 'thing:broken', STORM, 'escalate: { policy: oncall, after: 60s }')}`,
  });
  const { daemon } = engine;
  await daemon.event(things.slice(0, 5).map(fires));
  const storm = await daemon.untilState('storm:things', ['escalated']);
  await daemon.until('all are covered', async () => {
    const items = await daemon.incidents('rule=things');
    return items.length === 5 && items.every(({ coveredBy }) => coveredBy === storm.id);
  });
  await daemon.event(things.slice(0, 2).map((thing) => ({ ...fires(thing), status: 'resolved' as const })));
  await daemon.untilState('storm:things', ['closed']);
  const after = await daemon.until('all have their own again', async () => {
    const items = (await daemon.incidents('rule=things')).filter(({ state }) => state !== 'closed');
    return items.length === 3 && items.every(({ coveredBy }) => coveredBy === null) && items;
  });
  for (const { deadlineAt, pagedAt } of after) expect(deadlineAt ?? pagedAt).not.toBeNull();
});

const OWN = 'RuleStorm things';

/** A storm of ten thousand that is held, as the decisions leave it; and the storm's own incident, whose page is in that state. */
async function held(store: Store, page: 'owed' | 'told' | 'untold' | 'nowhere'): Promise<void> {
  const { db } = store;
  await db.run(
    `insert into remedyd.incidents (id, rule, target_kind, target_id, severity, state, reason, opened_at, updated_at, deadline_at,
       pages_in_parallel, firing, attempt, tries, version, seq, head)
     select 'inc-' || n, 'things', 'thing', 't' || n, 'high', 'held', 'storm', $1, $1, $2, false, true, 0, 0, 1, 0, ''
     from generate_series(1, 10000) n`,
    [new Date(NOW), new Date(NOW + 50_000)],
  );
  await db.run(
    `insert into remedyd.outbox (kind, incident_id, data, due_at, created_at)
     select 'deadline', 'inc-' || n, '{}', $1, $2 from generate_series(1, 10000) n`,
    [new Date(NOW + 50_000), new Date(NOW)],
  );
  const storm = await openOne(db, 'storm', { rule: 'unmatched', state: 'escalated', deadlineAt: null, pagedAt: NOW });
  const episode = {
    id: null,
    source: 'remedyd',
    fingerprint: OWN,
    name: 'RuleStorm',
    labels: { rule: 'things' },
  } as const;
  await insertEpisodes(db, [episodeOf({ ...episode, incidentId: storm.id })], true);
  if (page === 'owed')
    await db.run(
      `insert into remedyd.outbox (kind, incident_id, data, due_at, created_at) values ('tell', $1, '{"topic":"page"}', $2, $2)`,
      [storm.id, new Date(NOW)],
    );
  if (page === 'told' || page === 'untold')
    await db.run(
      `insert into remedyd.timeline (incident_id, seq, at, type, summary, data, hash) values ($1, 9, $2, $3, '', '{"topic":"page"}', '')`,
      [storm.id, new Date(NOW), page],
    );
}

const partsOn = ({ db }: Store, now: () => number): CoverParts => ({
  db,
  clock: { now, sleep: async () => undefined },
  maintenance: [],
  timeIntervals: new Map(),
  escalateAfter: 15 * MINUTE,
  rulebook: () => createRulebook([]),
  handOver: () => undefined,
});

const deadlines = ({ db }: Store) =>
  db.query<{ by: string | null; at: number; due: number; n: number }>(
    `select i.covered_by as by, i.deadline_at as at, o.due_at as due, count(*) as n from remedyd.incidents i
     join remedyd.outbox o on o.incident_id = i.id and o.kind = 'deadline' group by 1, 2, 3`,
  );

test.each([
  ['is owed', 'owed'],
  ['was taken by a channel', 'told'],
] as const)(
  'ten thousand deadlines are put off together while the page of their storm %s, and each comes back',
  async (_, page) => {
    await using store = await openStore();
    await held(store, page);
    let now = NOW;
    const began = performance.now();
    await keepCovered(partsOn(store, () => now));
    expect(performance.now() - began).toBeLessThan(60_000);
    const later = NOW + 15 * MINUTE;
    expect(await deadlines(store)).toEqual([{ by: 'inc-storm', at: later, due: later, n: 10_000 }]);
    // Nothing to do until they come near again.
    now += MINUTE;
    await keepCovered(partsOn(store, () => now));
    expect(await deadlines(store)).toEqual([{ by: 'inc-storm', at: later, due: later, n: 10_000 }]);
    await store.db.run(`update remedyd.episodes set status = 'resolved'`);
    await keepCovered(partsOn(store, () => now));
    const own = now + 15 * MINUTE;
    expect(await deadlines(store)).toEqual([{ by: null, at: own, due: own, n: 10_000 }]);
  },
  120_000,
);

test.each([
  ['nobody could be told', 'untold'],
  ['nothing shows that it was ever owed', 'nowhere'],
] as const)('P2: where %s of the storm, every deadline stays as it is', async (_, page) => {
  await using store = await openStore();
  await held(store, page);
  await keepCovered(partsOn(store, () => NOW));
  expect(await standingCovers(store.db)).toEqual([]);
  const first = NOW + 50_000;
  expect(await deadlines(store)).toEqual([{ by: null, at: first, due: first, n: 10_000 }]);
});

/** The gatherer alone, which is told what it tells; as the daemon would store it. */
function gathering({ db }: Store, rules: readonly Rule[], state: { now: number }) {
  const told: Alert[] = [];
  const gatherer = createGatherer({
    db,
    clock: { now: () => state.now, sleep: async () => undefined },
    rulebook: () => createRulebook(rules),
    tellOwn: async (alerts) => {
      told.push(...alerts);
      for (const { status, fingerprint, name, labels, annotations } of alerts) {
        await db.run('delete from remedyd.episodes where fingerprint = $1', [fingerprint]);
        const own = { id: null, source: 'remedyd', fingerprint, name, labels, annotations, status } as const;
        await insertEpisodes(db, [episodeOf({ ...own, seenAt: state.now })], true);
      }
    },
  });
  return { told, gatherer };
}

test('a common cause and a daemon that cannot see are told once each, and end when nothing has waited for them for a while', async () => {
  await using store = await openStore();
  const state = { now: NOW };
  const { db } = store;
  const { told, gatherer } = gathering(store, [], state);
  await openOne(db, 'a', { state: 'held', reason: 'common-cause', severity: 'critical' });
  await openOne(db, 'b', { state: 'held', reason: 'common-cause' });
  await openOne(db, 'c', { state: 'held', reason: 'isolated' });
  await gatherer.turn();
  await gatherer.turn();
  expect(told.map(({ name, status, severity, labels }) => [name, status, severity, labels.rule ?? null])).toEqual([
    ['CommonCause', 'firing', 'critical', 'thing-broken'],
    ['SelfIsolated', 'firing', 'high', null],
  ]);
  expect(told[0]?.annotations.summary).toContain('2 fire now, on thing:a, thing:b');
  told.length = 0;
  await db.run(`update remedyd.incidents set state = 'running', reason = 'admitted'`);
  for (const seconds of [1, 119]) {
    state.now = NOW + seconds * 1_000;
    await gatherer.turn();
  }
  expect(told).toEqual([]);
  state.now = NOW + 120_000;
  await gatherer.turn();
  expect(told.map(({ name, status }) => [name, status]).toSorted()).toEqual([
    ['CommonCause', 'resolved'],
    ['SelfIsolated', 'resolved'],
  ]);
});

test('a storm that is calm is told on while more wait than a storm takes, and ends when few are left', async () => {
  await using store = await openStore();
  const state = { now: NOW };
  const { guards } = ruleOf();
  const stormy = ruleOf({ guards: { ...guards, storm: { firing: 2, within: MINUTE, calm: MINUTE } } });
  const { told, gatherer } = gathering(store, [stormy], state);
  const last = () => [told.at(-1)?.status, told.at(-1)?.annotations.summary];
  for (const thing of ['a', 'b', 'c', 'd']) await openOne(store.db, thing, { state: 'held', reason: 'storm' });
  await gatherer.turn();
  expect(last()).toEqual([
    'firing',
    expect.stringContaining('Nothing of it starts until it has opened none for 1 min'),
  ]);
  // Calm; one is worked on, and of one somebody has heard.
  await store.db.run(`update remedyd.incidents set state = 'running' where id = 'inc-a'`);
  state.now += 2 * MINUTE;
  await gatherer.turn();
  expect(last()).toEqual(['firing', expect.stringMatching(/has been calm for 1 min, .*: 4 fire now, on thing:a/)]);
  expect(told).toHaveLength(2);
  await store.db.run(`update remedyd.incidents set state = 'escalated', paged_at = $1 where id = 'inc-b'`, [
    new Date(NOW),
  ]);
  await gatherer.turn();
  expect(last()[0]).toBe('resolved');
  // Without a storm that was told before, many that wait are none.
  await store.db.run(`update remedyd.incidents set state = 'held', paged_at = null`);
  await gatherer.turn();
  expect(told).toHaveLength(3);
});
