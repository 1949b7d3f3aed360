import { describe, expect, test } from 'vitest';
import { advance, type Incident } from '../../../src/domain/incident.ts';
import { type Opening, openIncident } from '../../../src/ingest/opening.ts';
import type { Episode } from '../../../src/store/episodes.ts';
import type { StoredIncident } from '../../../src/store/incidents.ts';
import type { Ledger } from '../../../src/store/ledger.ts';
import { HANDED_FOR } from '../../../src/store/outbox.ts';
import type { Change } from '../../../src/store/record.ts';
import type { NewRun } from '../../../src/store/runs.ts';
import { chain, firstBreak, type TimelineRow } from '../../../src/store/timeline.ts';
import { WAKES } from '../../../src/store/wake.ts';

/** A ledger with nothing in it, and what the tests need to see of it. */
export interface Tried {
  readonly ledger: Ledger;
  timeline(incidentId: string): Promise<readonly TimelineRow[]>;
  /** A step of a run begins, as the journal knows it. */
  begins(runId: string, step: string, at: number): Promise<void>;
  /** Whole or not at all, and not tried again. */
  whole<T>(work: (ledger: Ledger) => Promise<T>): Promise<T>;
}

const NOW = 1_768_816_800_000;
const MINUTE = 60_000;

const ending = { outcome: 'applied', reason: 'applied', detail: {}, open: false } as const;

export function episode(fingerprint: string, more: Partial<Episode> = {}): Episode {
  return {
    id: null,
    source: 'event',
    fingerprint,
    status: 'firing',
    name: 'thing:broken',
    labels: { thing: fingerprint },
    annotations: {},
    generatorUrl: null,
    test: null,
    startsAt: NOW,
    endsAt: null,
    openedAt: NOW,
    seenAt: NOW,
    closedAt: null,
    deliveries: 1,
    incidentId: null,
    ...more,
  };
}

function opened(thing: string, at = NOW, more: Partial<Incident> = {}): Incident {
  const opening: Opening = {
    rule: 'thing-broken',
    target: { kind: 'thing', id: thing },
    severity: 'high',
    deadline: 15 * MINUTE,
  };
  return { ...openIncident(`inc-${thing}`, opening, null, at), ...more };
}

const opens = (after: Incident, owed: Change['owed'] = []): Change => ({
  before: null,
  after,
  entries: [{ type: 'opened', reason: 'opened', summary: 'opened', data: { b: 1, a: [null] } }],
  owed,
});

function runOn(thing: string, more: Partial<NewRun> = {}): NewRun {
  return {
    id: `run-${thing}`,
    incidentId: `inc-${thing}`,
    rule: 'thing-broken',
    remediation: 'things/mend',
    target: { kind: 'thing', id: thing },
    params: {},
    attempt: 0,
    dry: false,
    planHash: `plan-${thing}`,
    admittedAt: NOW,
    ...more,
  };
}

/** What every ledger promises. `open` gives an empty one for each test. */
export function ledgerContract(open: () => Promise<Tried>): void {
  async function held(ledger: Ledger, id: string): Promise<StoredIncident> {
    const found = (await ledger.lockIncidents([id])).get(id);
    if (found === undefined) throw new Error(`no incident ${id}`);
    return found;
  }
  async function changed(ledger: Ledger, id: string, more: Partial<Incident>, at = NOW): Promise<void> {
    const before = await held(ledger, id);
    const after = { ...before.incident, ...more, version: before.incident.version + 1 };
    await ledger.record([{ before, after, entries: [], owed: [] }], at);
  }

  describe('episodes', () => {
    test('one of each alert is current; the next one needs the place of the one before', async () => {
      const { ledger } = await open();
      await ledger.insertEpisodes([episode('a'), episode('b')], true);
      await expect(ledger.insertEpisodes([episode('a')], true)).rejects.toMatchObject({ code: '23505' });
      const [first] = await ledger.lockCurrent([{ source: 'event', fingerprint: 'a' }]);
      await ledger.retireEpisodes([first?.id ?? 0]);
      expect(await ledger.lockCurrent([{ source: 'event', fingerprint: 'a' }])).toEqual([]);
      await ledger.insertEpisodes([episode('a', { deliveries: 7 })], true);
      const both = await ledger.lockCurrent(['a', 'b', 'c'].map((fingerprint) => ({ source: 'event', fingerprint })));
      expect(both.map(({ fingerprint, deliveries }) => [fingerprint, deliveries]).sort()).toEqual([
        ['a', 7],
        ['b', 1],
      ]);
    });

    test('what is stored as past is nobody’s current one', async () => {
      const { ledger } = await open();
      await ledger.insertEpisodes([episode('a')], false);
      expect(await ledger.lockCurrent([{ source: 'event', fingerprint: 'a' }])).toEqual([]);
      expect(await ledger.firingNow(null, 10)).toEqual([]);
    });

    test('those of an incident: firing ones first, then by age; and how many fire', async () => {
      const { ledger } = await open();
      const of = (fingerprint: string, more: Partial<Episode>) =>
        episode(fingerprint, { incidentId: 'inc-a', ...more });
      await ledger.insertEpisodes(
        [of('late', { openedAt: NOW + 2 }), of('gone', { openedAt: NOW }), of('early', { openedAt: NOW + 1 })],
        true,
      );
      const [gone] = await ledger.lockCurrent([{ source: 'event', fingerprint: 'gone' }]);
      if (gone === undefined) throw new Error('not found');
      await ledger.updateEpisodes([{ ...gone, status: 'resolved', closedAt: NOW + 3, endsAt: NOW + 3 }]);
      const all = await ledger.episodesOf(['inc-a', 'inc-b']);
      expect(all.map(({ fingerprint, status }) => [fingerprint, status])).toEqual([
        ['early', 'firing'],
        ['late', 'firing'],
        ['gone', 'resolved'],
      ]);
      expect(await ledger.firingCounts(['inc-a', 'inc-b'])).toEqual(new Map([['inc-a', 2]]));
    });
  });

  describe('incidents', () => {
    test('one of a rule and target is open', async () => {
      const { ledger, whole } = await open();
      await ledger.record([opens(opened('a'))], NOW);
      const second = opens({ ...opened('a'), id: 'inc-second' });
      await expect(whole((own) => own.record([opens(opened('b')), second], NOW))).rejects.toMatchObject({
        code: '23505',
      });
      // Nothing of what was refused stands.
      expect(await ledger.lockIncidents(['inc-b', 'inc-second'])).toEqual(new Map());
      await changed(ledger, 'inc-a', { state: 'closed', endedAt: NOW });
      await ledger.record([second], NOW);
      const found = await ledger.lockOpenIncidents([{ rule: 'thing-broken', target: { kind: 'thing', id: 'a' } }]);
      expect(found.map(({ incident }) => incident.id)).toEqual(['inc-second']);
    });

    test('whoever writes over a version that he has not read is refused, and nothing of it stands', async () => {
      const { ledger, timeline, whole } = await open();
      await ledger.record([opens(opened('a')), opens(opened('b'))], NOW);
      const before = await held(ledger, 'inc-a');
      const other = await held(ledger, 'inc-b');
      await changed(ledger, 'inc-a', { ackedBy: 'ana' });
      const step = advance(before.incident, { type: 'acknowledged', by: 'bob' }, NOW);
      if (step === null) throw new Error('it has ended');
      const late: Change = {
        before,
        after: step.incident,
        entries: [{ type: 'late', reason: null, summary: 'late', data: {} }],
        owed: step.owed,
      };
      const good: Change = {
        before: other,
        after: { ...other.incident, ackedBy: 'bob', version: other.incident.version + 1 },
        entries: [],
        owed: [],
      };
      await expect(whole((own) => own.record([good, late], NOW))).rejects.toMatchObject({ code: '40001' });
      expect((await held(ledger, 'inc-a')).incident.ackedBy).toBe('ana');
      expect((await held(ledger, 'inc-b')).incident.ackedBy).toBeNull();
      expect((await timeline('inc-a')).map(({ summary }) => summary)).toEqual(['opened']);
      expect(await ledger.claimDue(NOW + HANDED_FOR, 10)).toEqual([]);
    });

    test('the history is chained, by the same hashes everywhere', async () => {
      const { ledger, timeline } = await open();
      const change = opens(opened('a'));
      await ledger.record([change], NOW);
      const before = await held(ledger, 'inc-a');
      const entries = [
        { type: 'one', reason: null, summary: 'nul \u0000', data: { z: 1, a: { y: [1, 'x'] } } },
        { type: 'two', reason: 'held' as const, summary: 'two', data: {} },
      ];
      const after = { ...before.incident, version: before.incident.version + 1 };
      await ledger.record([{ before, after, entries, owed: [] }], NOW + 1);
      const rows = await timeline('inc-a');
      expect(firstBreak(rows)).toBeNull();
      const first = chain('inc-a', '', 0, change.entries, NOW);
      expect(rows).toEqual([...first, ...chain('inc-a', first[0]?.hash ?? '', 1, entries, NOW + 1)]);
      expect(await held(ledger, 'inc-a')).toMatchObject({ seq: 3, head: rows[2]?.hash });
    });

    test('the last one that was healed, as far back as asked', async () => {
      const { ledger } = await open();
      const slot = { rule: 'thing-broken', target: { kind: 'thing', id: 'a' } };
      for (const [i, state] of (['healed', 'healed', 'closed'] as const).entries()) {
        await ledger.record([opens({ ...opened('a'), id: `inc-${i}` })], NOW + i);
        await changed(ledger, `inc-${i}`, { state, endedAt: NOW + i }, NOW + i);
      }
      expect(await ledger.healedSince([slot], NOW + 1)).toEqual([{ ...slot, id: 'inc-1' }]);
      expect(await ledger.healedSince([slot], NOW + 2)).toEqual([]);
    });
  });

  describe('work owed', () => {
    const decide = (dueAt: number) => ({ kind: 'decide', dueAt }) as const;

    test('what is due is handed over at once, the rest when it is due, the oldest first', async () => {
      const { ledger } = await open();
      const handed = await ledger.record([opens(opened('a'), [decide(NOW), decide(NOW + 3)])], NOW);
      expect(handed).toMatchObject([{ kind: 'decide', handed: 1 }]);
      const later = [2, 1, 3].map((s) => ({
        kind: 'decide' as const,
        incidentId: 'inc-a',
        runId: null,
        data: { s },
        dueAt: NOW + s,
      }));
      expect(await ledger.insertOutbox(later, NOW)).toEqual([]);
      expect(await ledger.claimDue(NOW, 10)).toEqual([]);
      const [one] = await ledger.claimDue(NOW + 3, 1);
      expect(await ledger.lockRows([one?.id ?? 0], NOW + 3)).toMatchObject([{ data: { s: 1 } }]);
      const rest = await ledger.claimDue(NOW + 3, 10);
      expect(
        (
          await ledger.lockRows(
            rest.map(({ id }) => id),
            NOW + 3,
          )
        )
          .map(({ dueAt }) => dueAt - NOW)
          .sort(),
      ).toEqual([2, 3, 3]);
    });

    test('what was handed over and not struck comes again', async () => {
      const { ledger } = await open();
      const [row] = await ledger.record([opens(opened('a'), [decide(NOW)])], NOW);
      expect(await ledger.claimDue(NOW + HANDED_FOR - 1, 10)).toEqual([]);
      expect(await ledger.claimDue(NOW + HANDED_FOR, 10)).toEqual([{ ...row, handed: 2 }]);
      expect(await ledger.strike([row?.id ?? 0])).toBe(1);
      expect(await ledger.strike([row?.id ?? 0])).toBe(0);
      expect(await ledger.claimDue(NOW + 9 * HANDED_FOR, 10)).toEqual([]);
      expect(await ledger.lockRows([row?.id ?? 0], NOW + 9 * HANDED_FOR)).toEqual([]);
    });

    test('what is not due yet is not given out', async () => {
      const { ledger } = await open();
      await ledger.record([opens(opened('a'), [decide(NOW + 5)])], NOW);
      const [row] = await ledger.claimDue(NOW + 5, 1);
      expect(await ledger.lockRows([row?.id ?? 0], NOW + 4)).toEqual([]);
      expect(await ledger.lockRows([row?.id ?? 0], NOW + 5)).toMatchObject([{ incidentId: 'inc-a', kind: 'decide' }]);
    });

    test('the end of a run has those asked again that wait for it, the oldest problem first', async () => {
      const { ledger } = await open();
      for (const [i, [thing, reason]] of (
        [
          ['young', 'concurrency'],
          ['old', 'target-leased'],
          ['other', 'cooldown'],
        ] as const
      ).entries()) {
        const incident = opened(thing, NOW - i, { state: 'held', reason });
        await ledger.record([opens(incident, [decide(NOW + MINUTE)])], NOW - i);
      }
      const woken = await ledger.wakeHeld(WAKES.runEnded, NOW);
      const rows = await ledger.lockRows(
        woken.map(({ id }) => id),
        NOW,
      );
      expect(rows.map(({ incidentId }) => incidentId).sort()).toEqual(['inc-old', 'inc-young']);
      expect(await ledger.wakeHeld(WAKES.runEnded, NOW)).toEqual([]);
    });

    test('news wakes those of the rules that it is for, the oldest first and so many at most', async () => {
      const { ledger } = await open();
      for (const [i, thing] of ['young', 'old', 'oldest', 'other'].entries()) {
        const rule = thing === 'other' ? 'another' : 'thing-broken';
        const incident = opened(thing, NOW - i, { state: 'held', reason: 'dependency', rule });
        await ledger.record([opens(incident, [decide(NOW + MINUTE)])], NOW - i);
      }
      const about = { ...WAKES.dependencyResolved, rules: ['thing-broken'] };
      const incidentsOf = async (most: number) => {
        const woken = await ledger.wakeHeld({ ...about, most }, NOW);
        const rows = await ledger.lockRows(
          woken.map(({ id }) => id),
          NOW,
        );
        return rows.map(({ incidentId }) => incidentId).sort();
      };
      expect(await incidentsOf(2)).toEqual(['inc-old', 'inc-oldest']);
      expect(await incidentsOf(2)).toEqual(['inc-young']);
    });
  });

  describe('runs', () => {
    test('one on a target, beside rehearsals, until it has ended', async () => {
      const { ledger } = await open();
      await ledger.insertRuns([runOn('a')]);
      await expect(ledger.insertRuns([runOn('a', { id: 'run-second' })])).rejects.toMatchObject({ code: '23505' });
      await ledger.insertRuns([runOn('a', { id: 'run-dry', dry: true })]);
      expect(await ledger.endRun('run-a', null, { ...ending, open: true, detail: { why: 'x' } }, NOW + 1)).toBe(true);
      await expect(ledger.insertRuns([runOn('a', { id: 'run-third' })])).rejects.toMatchObject({ code: '23505' });
      await ledger.saveVerify('run-a', { since: 1 });
      expect(await ledger.endRun('run-a', null, { ...ending, outcome: 'held', detail: { z: 1 } }, NOW + 2)).toBe(true);
      expect(await ledger.endRun('run-a', null, ending, NOW + 3)).toBe(false);
      expect(await ledger.findRun('run-a')).toEqual({
        ...runOn('a'),
        startedAt: null,
        appliedAt: NOW + 1,
        endedAt: NOW + 2,
        outcome: 'held',
        reason: 'applied',
        recurredAt: null,
        detail: { why: 'x', z: 1 },
        verify: { since: 1 },
      });
      await ledger.insertRuns([runOn('a', { id: 'run-fourth' })]);
      expect(await ledger.findRun('run-none')).toBeUndefined();
    });

    test('when it first began one of these steps', async () => {
      const { ledger, begins } = await open();
      await ledger.insertRuns([runOn('a')]);
      await begins('run-a', 'look', NOW + 1);
      await begins('run-a', 'mend', NOW + 2);
      expect(await ledger.firstBegun('run-a', ['mend', 'other'])).toBe(NOW + 2);
      expect(await ledger.firstBegun('run-a', null)).toBe(NOW + 1);
      expect(await ledger.firstBegun('run-a', ['other'])).toBeNull();
      expect(await ledger.firstBegun('run-b', null)).toBeNull();
    });

    test('a question to people is decided once', async () => {
      const { ledger } = await open();
      const approval = {
        id: 'apr-1',
        incidentId: 'inc-a',
        remediation: 'things/mend',
        planHash: 'plan-a',
        plan: { params: { thing: 'cup' } },
        askedOf: 'oncall',
        needs: 2,
        askedAt: NOW,
        expiresAt: NOW + MINUTE,
        decidedAt: null,
        decision: null,
      };
      await ledger.insertApprovals([approval]);
      expect(await ledger.decideApproval('apr-1', 'denied', NOW + 1)).toBe(true);
      expect(await ledger.decideApproval('apr-1', 'approved', NOW + 2)).toBe(false);
      expect(await ledger.decideApproval('apr-2', 'approved', NOW + 2)).toBe(false);
      const found = (await ledger.findApprovals(['apr-1', 'apr-2'])).get('apr-1');
      expect(found).toMatchObject({ ...approval, decidedAt: NOW + 1, decision: 'denied' });
    });

    test('a pause stands until its time, or until it is lifted', async () => {
      const { ledger } = await open();
      const pause = { id: 'pau-1', scope: 'rule', key: 'r', owner: 'ana', why: 'w', setAt: NOW, until: null } as const;
      await ledger.setPause(pause);
      await ledger.setPause({ ...pause, id: 'pau-2', setAt: NOW + 1, until: NOW + 10 });
      expect((await ledger.standingPauses(NOW + 9)).map(({ id }) => id)).toEqual(['pau-1', 'pau-2']);
      expect((await ledger.standingPauses(NOW + 10)).map(({ id }) => id)).toEqual(['pau-1']);
      expect(await ledger.liftPauses('rule', 'other', 'ana', NOW + 11)).toBe(0);
      expect(await ledger.liftPauses('rule', 'r', 'ana', NOW + 11)).toBe(2);
      expect(await ledger.standingPauses(NOW + 12)).toEqual([]);
    });
  });

  describe('what guardrails count', () => {
    test('alerts that fire: current ones, no tests, of the names asked for', async () => {
      const { ledger } = await open();
      await ledger.insertEpisodes(
        [
          episode('a', { name: 'one' }),
          episode('b', { name: 'two' }),
          episode('c', { name: 'one', test: 'a drill' }),
          episode('d', { name: 'one', status: 'resolved', closedAt: NOW }),
        ],
        true,
      );
      await ledger.insertEpisodes([episode('e', { name: 'one' })], false);
      expect(await ledger.firingNow(['one'], 10)).toEqual([{ name: 'one', labels: { thing: 'a' } }]);
      expect(await ledger.firingNow(null, 10)).toHaveLength(2);
      expect(await ledger.firingNow(null, 1)).toHaveLength(1);
      const [a] = await ledger.lockCurrent([{ source: 'event', fingerprint: 'a' }]);
      if (a === undefined) throw new Error('not found');
      await ledger.updateEpisodes([{ ...a, status: 'resolved', closedAt: NOW + 1 }]);
      expect(await ledger.firingNow(['one'], 10)).toEqual([]);
    });

    test('alerts that are new since then, those on the target first', async () => {
      const { ledger } = await open();
      const at = (s: number, more: Partial<Episode> = {}) => ({ openedAt: NOW + s, startsAt: NOW + s, ...more });
      await ledger.record([opens(opened('a')), opens(opened('b'))], NOW);
      await ledger.insertEpisodes(
        [episode('restless', { ...at(-9), status: 'resolved', closedAt: NOW - 5 }), episode('early', at(-1))],
        true,
      );
      const [restless] = await ledger.lockCurrent([{ source: 'event', fingerprint: 'restless' }]);
      await ledger.retireEpisodes([restless?.id ?? 0]);
      await ledger.insertEpisodes(
        [
          episode('restless', at(1)),
          episode('older-start', at(1, { startsAt: NOW - 1 })),
          episode('own', at(2, { incidentId: 'inc-a' })),
          episode('drill', at(2, { test: 'a drill' })),
          episode('gone', at(2, { status: 'resolved', closedAt: NOW + 3 })),
          episode('remedyd', at(2, { source: 'remedyd' })),
          episode('without', at(2)),
          episode('on-b', at(3, { incidentId: 'inc-b' })),
        ],
        true,
      );
      const about = { since: NOW, incidentId: 'inc-a', target: { kind: 'thing', id: 'b' } };
      const fresh = await ledger.newAlerts(about, 9);
      expect(fresh.map(({ labels, rule, target }) => [labels.thing, rule, target])).toEqual([
        ['on-b', 'thing-broken', { kind: 'thing', id: 'b' }],
        ['without', null, null],
      ]);
      expect(await ledger.newAlerts(about, 1)).toEqual(fresh.slice(0, 1));
    });

    test('sick targets: open incidents whose alert fires', async () => {
      const { ledger } = await open();
      await ledger.record(
        ['a', 'b', 'c'].map((thing) => opens(opened(thing))),
        NOW,
      );
      await ledger.record([opens({ ...opened('a'), id: 'inc-rule-2', rule: 'other' })], NOW);
      await changed(ledger, 'inc-b', { state: 'closed', endedAt: NOW });
      await changed(ledger, 'inc-c', { firing: false });
      expect(await ledger.sickTargets('thing', 10)).toEqual(['a']);
      expect(await ledger.sickTargets('other', 10)).toEqual([]);
    });

    test('what rules opened, newest first', async () => {
      const { ledger } = await open();
      for (const [i, thing] of ['a', 'b', 'c'].entries()) await ledger.record([opens(opened(thing, NOW + i))], NOW + i);
      const of = (thing: string, i: number) => ({ rule: 'thing-broken', target: `thing:${thing}`, at: NOW + i });
      expect(await ledger.openingsOf(['thing-broken', 'other'], NOW + 1, 9)).toEqual([of('c', 2), of('b', 1)]);
      expect(await ledger.openingsOf(['thing-broken'], NOW, 1)).toEqual([of('c', 2)]);
    });

    test('what came and went by itself, the last of each target', async () => {
      const { ledger } = await open();
      const gone = { state: 'closed', reason: 'cleared-by-itself' } as const;
      const wanted = ['a', 'b'].map((thing) => ({ rule: 'thing-broken', target: { kind: 'thing', id: thing } }));
      for (const [i, how] of [gone, gone, { ...gone, reason: 'source-resolved' } as const, gone].entries()) {
        await ledger.record([opens({ ...opened('a', NOW + i), id: `inc-a${i}` })], NOW + i);
        await changed(ledger, `inc-a${i}`, { ...how, endedAt: NOW + i });
      }
      await ledger.record([opens(opened('b')), opens(opened('c'))], NOW);
      await changed(ledger, 'inc-c', { ...gone, endedAt: NOW + 1 });
      const found = async (since: number, limit = 9) =>
        (await ledger.changesOf([...wanted, ...wanted], since, limit)).map(({ rule, target, onAt, offAt }) => {
          expect([rule, target]).toEqual(['thing-broken', { kind: 'thing', id: 'a' }]);
          return [onAt - NOW, offAt - NOW];
        });
      expect((await found(NOW - 1)).toSorted()).toEqual([
        [0, 0],
        [1, 1],
        [3, 3],
      ]);
      expect(await found(NOW + 1)).toEqual([[3, 3]]);
      expect(await found(NOW - 1, 1)).toEqual([[3, 3]]);
    });

    test('runs that hold their targets, and those on the targets in question', async () => {
      const { ledger } = await open();
      const old = runOn('old', { admittedAt: NOW - MINUTE });
      const ended = runOn('ended', { admittedAt: NOW });
      await ledger.insertRuns([old, ended, runOn('dry', { dry: true, admittedAt: NOW })]);
      await ledger.insertRuns([runOn('elsewhere', { admittedAt: NOW + 1 })]);
      for (const { id } of [ended, { id: 'run-elsewhere' }]) await ledger.endRun(id, null, ending, NOW + 2);
      const ids = async (since: number) =>
        (await ledger.runFacts([ended.target, { kind: 'thing', id: 'dry' }], since)).map(({ id }) => id).sort();
      expect(await ids(NOW)).toEqual(['run-ended', 'run-old']);
      expect(await ids(NOW + 1)).toEqual(['run-old']);
      expect(await ledger.runsAdmittedSince(NOW)).toBe(2);
      expect(await ledger.runsAdmittedSince(NOW - MINUTE)).toBe(3);
    });

    test('how the last runs of a remediation ended, oldest first, since a person let its rule go on', async () => {
      const { ledger } = await open();
      const pair = { rule: 'thing-broken', remediation: 'things/mend' };
      const outcomes = ['held', 'noop', 'failed', 'stopped', 'ineffective'] as const;
      for (const [i, outcome] of outcomes.entries()) {
        await ledger.insertRuns([runOn(`t${i}`)]);
        await ledger.endRun(`run-t${i}`, null, { ...ending, outcome }, NOW + i);
      }
      const approval = {
        id: 'apr-1',
        incidentId: 'inc-t4',
        remediation: 'things/mend',
        planHash: 'plan-t4',
        plan: {},
        askedOf: null,
        needs: 1,
      };
      await ledger.insertApprovals([{ ...approval, askedAt: NOW, expiresAt: NOW, decidedAt: null, decision: null }]);
      await ledger.decideApproval('apr-1', 'approved', NOW);
      const told = async (limit: number) =>
        (await ledger.endedRuns([pair, { ...pair, rule: 'other' }], limit)).map(
          ({ outcome, approved }) => `${outcome}${approved ? ', approved' : ''}`,
        );
      expect(await told(9)).toEqual(['held', 'failed', 'ineffective, approved']);
      expect(await told(1)).toEqual(['ineffective, approved']);
      const pause = { id: 'pau-1', scope: 'rule', key: 'thing-broken', owner: 'ana', why: 'w' } as const;
      await ledger.setPause({ ...pause, setAt: NOW + 2, until: null });
      await ledger.liftPauses('rule', 'thing-broken', 'ana', NOW + 2);
      expect(await told(9)).toEqual(['ineffective, approved']);
    });

    test('a success that did not last is none, at the time when that showed', async () => {
      const { ledger } = await open();
      const pair = { rule: 'thing-broken', remediation: 'things/mend' };
      for (const [i, outcome] of (['held', 'held', 'failed'] as const).entries()) {
        await ledger.insertRuns([runOn(`t${i}`)]);
        await ledger.endRun(`run-t${i}`, null, { ...ending, outcome }, NOW + i);
      }
      await ledger.markRecurred(['inc-t0', 'inc-t2', 'inc-gone'], NOW + 9);
      await ledger.markRecurred(['inc-t0'], NOW + 10);
      const told = (await ledger.endedRuns([pair], 9)).map(({ outcome, endedAt }) => `${outcome} +${endedAt - NOW}`);
      expect(told).toEqual(['held +1', 'failed +2', 'recurred +9']);
      const targets = ['t0', 't1', 't2'].map((id) => ({ kind: 'thing', id }));
      const facts = (await ledger.runFacts(targets, NOW)).map(({ id, outcome }) => `${id} ${outcome}`);
      expect(facts.sort()).toEqual(['run-t0 recurred', 'run-t1 held', 'run-t2 failed']);
      expect(await ledger.findRun('run-t0')).toMatchObject({ outcome: 'held', recurredAt: NOW + 9 });
    });

    test('a rule is demoted once, until a person promotes it; its runs count anew from there', async () => {
      const { ledger } = await open();
      const pair = { rule: 'thing-broken', remediation: 'things/mend' };
      await ledger.insertRuns([runOn('a')]);
      await ledger.endRun('run-a', null, { ...ending, outcome: 'failed' }, NOW);
      const demotion = { id: 'dem-1', rule: 'thing-broken', since: NOW + 1, why: 'it broke' };
      expect(await ledger.demote(demotion)).toBe(true);
      expect(await ledger.demote({ ...demotion, id: 'dem-2' })).toBe(false);
      expect(await ledger.standingDemotions()).toEqual([demotion]);
      expect(await ledger.liftDemotion('another', 'ana', 'mended', NOW + 2)).toBe(false);
      expect(await ledger.endedRuns([pair], 9)).toHaveLength(1);
      expect(await ledger.liftDemotion('thing-broken', 'ana', 'mended', NOW + 2)).toBe(true);
      expect(await ledger.liftDemotion('thing-broken', 'ana', 'mended', NOW + 3)).toBe(false);
      expect(await ledger.standingDemotions()).toEqual([]);
      expect(await ledger.endedRuns([pair], 9)).toEqual([]);
      expect(await ledger.demote({ ...demotion, id: 'dem-3' })).toBe(true);
    });
  });
}
