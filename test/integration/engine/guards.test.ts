import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { askNoMore } from '../../../src/approve/ask-no-more.ts';
import type { Target } from '../../../src/domain/alert.ts';
import { parseMatchers } from '../../../src/rules/matchers/matcher.ts';
import { demote, liftDemotion, standingDemotions } from '../../../src/store/demotions.ts';
import { insertEpisodes } from '../../../src/store/episodes.ts';
import { liftPauses, setPause } from '../../../src/store/pauses.ts';
import { insertRuns, markRecurred } from '../../../src/store/runs.ts';
import { episodeOf, MINUTE } from '../../unit/decide/bench.ts';
import { type Deciding, NOW, openDeciding } from './deciding.ts';

let deciding: Deciding;

beforeAll(async () => {
  deciding = await openDeciding();
});
beforeEach(() => deciding.clear());
afterAll(() => deciding[Symbol.asyncDispose]());

/** As an alert of an incident that no rule of ours minds: what else is going on. */
const fires = (name: string, more: object = {}) =>
  insertEpisodes(
    deciding.db,
    [episodeOf({ id: null, source: 'alertmanager', fingerprint: name, name, ...more })],
    true,
  );

test('a rule holds back while its dependency fires, and goes on when that is over', async () => {
  deciding.guarded({ unless: [parseMatchers('alertname="vendor:down"')] });
  await fires('vendor:down');
  await deciding.opens(['cup']);
  await deciding.decides();
  expect(await deciding.became()).toEqual({ cup: 'held dependency' });
  await deciding.db.run(`update remedyd.episodes set status = 'resolved' where name = 'vendor:down'`);
  deciding.state.now += 15_000;
  await deciding.decides();
  expect(await deciding.became()).toEqual({ cup: 'running admitted' });
});

test.each([
  ['a test of the alerting', 'alertname="vendor:down"', { test: 'says so' }],
  ['another alert', 'alertname="vendor:slow"', {}],
  ['an alert with other labels, where the entry names none', 'region="eu"', { labels: { region: 'us' } }],
])('%s holds nothing back', async (_, unless, more) => {
  deciding.guarded({ unless: [parseMatchers(unless)] });
  await fires('vendor:down', more);
  await deciding.opens(['cup']);
  await deciding.decides();
  expect(await deciding.became()).toEqual({ cup: 'running admitted' });
});

test('more sick targets than the blast radius allows: nothing is touched, whichever rule they are of', async () => {
  deciding.guarded({ blastRadius: { max: 3, percent: null } });
  await deciding.opens(['a', 'b', 'c']);
  await deciding.opens(['d'], { rule: 'another', state: 'escalated', reason: 'handed-over' });
  await deciding.decides();
  expect(await deciding.became()).toMatchObject({ a: 'held blast-radius', c: 'held blast-radius' });
  // One of them is well again.
  await deciding.db.run(`update remedyd.incidents set firing = false where id = 'inc-d'`);
  deciding.state.now += 15_000;
  await deciding.decides();
  expect(await deciding.became()).toMatchObject({
    a: 'running admitted',
    b: 'running admitted',
    c: 'running admitted',
  });
});

test('a percentage needs to know of how many', async () => {
  deciding.guarded({ blastRadius: { max: 3, percent: 20 } });
  await deciding.opens(['a', 'b']);
  await deciding.decides();
  expect(await deciding.became()).toEqual({ a: 'held population-unknown', b: 'held population-unknown' });
  deciding.state.now += 30_000;
  deciding.state.population = { count: 9, at: NOW };
  await deciding.decides();
  expect(await deciding.became()).toEqual({ a: 'held blast-radius', b: 'held blast-radius' });
  deciding.state.now += 15_000;
  deciding.state.population = { count: 10, at: NOW };
  await deciding.decides();
  expect(await deciding.became()).toEqual({ a: 'running admitted', b: 'running admitted' });
});

test('a storm starts nothing, lasts until it has been calm, and then what still fires is judged', async () => {
  deciding.guarded({ storm: { firing: 3, within: 5 * MINUTE, calm: 10 * MINUTE } });
  await deciding.opens(['a', 'b', 'c']);
  deciding.state.now += MINUTE;
  await deciding.opens(['d']);
  await deciding.decides();
  expect(Object.values(await deciding.became())).toEqual(Array(4).fill('held storm'));
  deciding.state.now += 9 * MINUTE;
  await deciding.opens(['e']);
  await deciding.decides();
  expect(await deciding.became()).toMatchObject({ e: 'held storm' });
  deciding.state.now += 10 * MINUTE;
  await deciding.decides();
  expect(Object.values(await deciding.became())).toEqual(Array(5).fill('running admitted'));
});

test('what another rule opened is no storm of this one', async () => {
  deciding.guarded({ storm: { firing: 3, within: 5 * MINUTE, calm: 10 * MINUTE } });
  await deciding.opens(['a', 'b', 'c', 'd'], { rule: 'another', state: 'escalated', reason: 'handed-over' });
  await deciding.opens(['e']);
  await deciding.decides();
  expect(await deciding.became()).toMatchObject({ e: 'running admitted' });
});

test('outside of its window a rule waits for the next opening', async () => {
  deciding.guarded({ window: 'evenings' });
  await deciding.opens(['cup']);
  await deciding.decides();
  expect(await deciding.became()).toEqual({ cup: 'held outside-window' });
  const [asked] = await deciding.db.query<{ at: number }>('select ask_at as at from remedyd.incidents');
  expect(new Date(asked?.at ?? 0).toISOString()).toBe('2026-01-19T20:00:00.000Z');
  deciding.state.now = asked?.at ?? 0;
  await deciding.decides();
  expect(await deciding.became()).toEqual({ cup: 'running admitted' });
});

/** A run of the rule that has ended; `approved` by a person. */
async function ended(
  id: string,
  outcome: string,
  minutesAgo: number,
  more: { rule?: string; approved?: boolean; target?: Target } = {},
) {
  const at = NOW - minutesAgo * MINUTE;
  const run = {
    id,
    incidentId: `inc-of-${id}`,
    rule: more.rule ?? 'thing-broken',
    remediation: 'things/mend',
    target: more.target ?? { kind: 'thing', id },
    params: {},
    attempt: 0,
    dry: false,
    planHash: 'plan',
    admittedAt: at,
  };
  await insertRuns(deciding.db, [run]);
  await deciding.db.run('update remedyd.runs set ended_at = $2, outcome = $3 where id = $1', [
    id,
    new Date(at),
    outcome,
  ]);
  if (more.approved !== true) return;
  await deciding.db.run(
    `insert into remedyd.approvals (id, incident_id, remediation, plan_hash, asked_at, expires_at, decided_at, decision)
     values ($1, $2, 'things/mend', 'plan', $3, $3, $3, 'approved')`,
    [`apr-${id}`, run.incidentId, new Date(at)],
  );
}

test('a remediation that does not help is asked for, until one that was approved has held', async () => {
  deciding.guarded({});
  await ended('r1', 'failed', 50);
  await ended('r2', 'ineffective', 40);
  await ended('other', 'failed', 35, { rule: 'another' });
  await deciding.opens(['a']);
  await deciding.decides();
  expect(await deciding.became()).toEqual({ a: 'running admitted' });
  await ended('r3', 'unknown', 30);
  await ended('r4', 'noop', 20);
  await deciding.opens(['b']);
  await deciding.decides();
  expect(await deciding.became()).toMatchObject({ b: 'approving breaker-open' });
  await ended('r5', 'held', 10);
  await deciding.opens(['c']);
  await deciding.decides();
  expect(await deciding.became()).toMatchObject({ c: 'approving breaker-open' });
  await ended('r6', 'held', 5, { approved: true });
  await deciding.opens(['d']);
  await deciding.decides();
  expect(await deciding.became()).toMatchObject({ d: 'running admitted' });
});

test('whoever pauses the rule and lets it go on closes its breaker, and no other', async () => {
  deciding.guarded({});
  for (const [i, rule] of ['thing-broken', 'another'].entries()) {
    const pause = { id: `pau-${i}`, scope: 'rule', key: rule, owner: 'ana', why: 'looking', until: null } as const;
    await setPause(deciding.db, { ...pause, setAt: NOW - 20 * MINUTE });
  }
  for (const [i, id] of ['r1', 'r2', 'r3'].entries()) await ended(id, 'failed', 12 - i);
  await liftPauses(deciding.db, 'rule', 'another', 'ana', NOW - 5 * MINUTE);
  await liftPauses(deciding.db, 'rule', 'thing-broken', 'ana', NOW - 11 * MINUTE);
  await ended('r4', 'failed', 3);
  await deciding.opens(['a']);
  await deciding.decides();
  expect(await deciding.became()).toEqual({ a: 'running admitted' });
  await ended('r5', 'failed', 2);
  await deciding.opens(['b']);
  await deciding.decides();
  expect(await deciding.became()).toMatchObject({ b: 'approving breaker-open' });
});

test('what came back after it was healed is no success: it opens the breaker, and resets no backoff', async () => {
  deciding.guarded({});
  const target = { kind: 'thing', id: 'a' };
  for (const [i, id] of ['r1', 'r2', 'r3'].entries()) {
    await ended(id, 'held', 30 - i, { target });
    await markRecurred(deciding.db, [`inc-of-${id}`], NOW - (20 - i) * MINUTE);
  }
  await ended('r4', 'held', 15, { target: { kind: 'thing', id: 'b' } });
  await deciding.opens(['b']);
  await deciding.decides();
  expect(await deciding.became()).toEqual({ b: 'approving breaker-open' });
  deciding.state.backoff = [60 * MINUTE];
  await deciding.opens(['a']);
  await deciding.decides();
  expect(await deciding.became()).toMatchObject({ a: 'held backoff' });
});

test('a run is marked once, and only if it had held', async () => {
  await ended('r1', 'held', 9);
  await ended('r2', 'failed', 8);
  await markRecurred(deciding.db, ['inc-of-r1', 'inc-of-r2'], NOW - 5 * MINUTE);
  await markRecurred(deciding.db, ['inc-of-r1'], NOW);
  const rows = await deciding.db.query('select id, recurred_at as at from remedyd.runs order by id');
  expect(rows).toEqual([
    { id: 'r1', at: NOW - 5 * MINUTE },
    { id: 'r2', at: null },
  ]);
});

test('a demoted rule asks until a person promotes it, and its breaker counts anew from there', async () => {
  deciding.guarded({});
  for (const [i, id] of ['r1', 'r2', 'r3'].entries()) await ended(id, 'failed', 12 - i);
  expect(await demote(deciding.db, { id: 'dem-1', rule: 'thing-broken', since: NOW - 5 * MINUTE, why: 'broke' })).toBe(
    true,
  );
  await deciding.opens(['a']);
  await deciding.decides();
  expect(await deciding.became()).toMatchObject({ a: 'approving demoted' });
  expect(await liftDemotion(deciding.db, 'thing-broken', 'ana', 'mended', NOW - MINUTE)).toBe(true);
  await deciding.opens(['b']);
  await deciding.decides();
  expect(await deciding.became()).toMatchObject({ b: 'running admitted' });
});

test('who promotes a rule has what it asks just now decided anew; the old question is void', async () => {
  deciding.guarded({});
  for (const [i, id] of ['r1', 'r2', 'r3'].entries()) await ended(id, 'failed', 12 - i);
  await demote(deciding.db, { id: 'dem-1', rule: 'thing-broken', since: NOW - 5 * MINUTE, why: 'broke' });
  await deciding.opens(['a']);
  await deciding.decides();
  const anew = () => deciding.db.transaction((sql) => askNoMore(sql, 'thing-broken', 'ana', NOW));
  expect(await anew()).toEqual([]);
  expect(await deciding.became()).toEqual({ a: 'approving demoted' });
  await liftDemotion(deciding.db, 'thing-broken', 'ana', 'mended', NOW - MINUTE);
  expect((await anew()).map(({ kind }) => kind).sort()).toEqual(['decide', 'tell']);
  expect(await deciding.became()).toEqual({ a: 'received trusted-again' });
  await deciding.decides();
  expect(await deciding.became()).toEqual({ a: 'running admitted' });
  const approvals = await deciding.db.query('select decision from remedyd.approvals');
  expect(approvals).toEqual([{ decision: 'void' }]);
});

test('what a rule asks for anyway is asked on, whoever closes its breaker', async () => {
  deciding.guarded({});
  deciding.state.rule = { ...deciding.state.rule, mode: 'propose' };
  for (const [i, id] of ['r1', 'r2', 'r3'].entries()) await ended(id, 'failed', 12 - i);
  await deciding.opens(['a']);
  await deciding.decides();
  expect(await deciding.became()).toEqual({ a: 'approving propose-mode' });
  expect(await deciding.db.transaction((sql) => askNoMore(sql, 'thing-broken', 'ana', NOW))).toEqual([]);
  expect(await deciding.became()).toEqual({ a: 'approving propose-mode' });
});

test('replicas that demote a rule at once demote it once, and it can be demoted again later', async () => {
  const replicas = Array.from({ length: 4 }, () => deciding.another().db);
  const all = (round: string) =>
    Promise.all(
      replicas.map((db, i) => demote(db, { id: `dem-${round}-${i}`, rule: 'thing-broken', since: NOW, why: 'broke' })),
    );
  expect((await all('a')).filter(Boolean)).toHaveLength(1);
  expect((await all('b')).filter(Boolean)).toHaveLength(0);
  expect(await standingDemotions(deciding.db)).toHaveLength(1);
  const lifts = replicas.map((db) => liftDemotion(db, 'thing-broken', 'ana', 'mended', NOW));
  expect((await Promise.all(lifts)).filter(Boolean)).toHaveLength(1);
  expect(await standingDemotions(deciding.db)).toEqual([]);
  expect((await all('c')).filter(Boolean)).toHaveLength(1);
});

test('behind the first targets nothing starts where many of their kind are sick', async () => {
  deciding.guarded({ commonCause: { after: 2, within: 10 * MINUTE, peersPercent: 30 } });
  deciding.state.population = { count: 10, at: NOW };
  await deciding.opens(['a', 'b']);
  await deciding.decides();
  expect(await deciding.became()).toEqual({ a: 'running admitted', b: 'running admitted' });
  await deciding.opens(['c']);
  await deciding.decides();
  expect(await deciding.became()).toMatchObject({ c: 'held common-cause' });
  // Two of the three are well again.
  await deciding.db.run(`update remedyd.incidents set firing = false where id in ('inc-a', 'inc-b')`);
  deciding.state.now += 15_000;
  await deciding.decides();
  expect(await deciding.became()).toMatchObject({ c: 'running admitted' });
});
