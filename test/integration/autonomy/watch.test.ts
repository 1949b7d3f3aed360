import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { readFigures } from '../../../src/autonomy/figures.ts';
import { demoteBroken, noteDebts, noteFlapping, propose, watchAutonomy } from '../../../src/autonomy/watch.ts';
import { debtsSince } from '../../../src/store/debts.ts';
import { liftDemotion, standingDemotions } from '../../../src/store/demotions.ts';
import { ruleOf } from '../../unit/decide/bench.ts';
import { openOne } from '../store/store.ts';
import { DAY, MINUTE, NOW, openWatching, type Watching } from './watching.ts';

let watching: Watching;

beforeAll(async () => {
  watching = await openWatching();
});
beforeEach(() => watching.clear());
afterAll(() => watching[Symbol.asyncDispose]());

const APPROVAL = { from: 'oncall', needs: 1, within: MINUTE };

describe('demotion', () => {
  const breaks = async () => {
    for (const i of [3, 2, 1]) await watching.ran('failed', NOW - i * MINUTE);
  };

  test('a rule that acts is demoted when its breaker breaks, and the team hears of it, once, however many look', async () => {
    await breaks();
    await watching.atOnce('demotions', demoteBroken);
    expect(await standingDemotions(watching.db)).toMatchObject([
      { rule: 'thing-broken', since: NOW, why: expect.stringContaining('things/mend: 3 runs in a row did not help') },
    ]);
    await demoteBroken(watching.parts);
    expect(await watching.owed()).toEqual(['thing-broken was demoted: it asks from now on, whatever its file says']);
  });

  test('it outlasts the breaker, and whoever promotes the rule closes that too', async () => {
    await breaks();
    await demoteBroken(watching.parts);
    for (let i = 0; i < 3; i += 1) await watching.ran('held');
    await demoteBroken(watching.parts);
    expect(await standingDemotions(watching.db)).toHaveLength(1);
    watching.state.now += MINUTE;
    await liftDemotion(watching.db, 'thing-broken', 'ana', 'mended', watching.state.now);
    await demoteBroken(watching.parts);
    expect(await standingDemotions(watching.db)).toEqual([]);
    watching.state.now += MINUTE;
    for (let i = 0; i < 3; i += 1) await watching.ran('worse');
    await demoteBroken(watching.parts);
    expect(await standingDemotions(watching.db)).toHaveLength(1);
    expect(await watching.owed()).toHaveLength(2);
  });

  test.each([
    ['proposes', { mode: 'propose' }],
    ['observes', { mode: 'observe' }],
    ['is asked for anyway', { approval: APPROVAL }],
  ] as const)('a rule that %s is left alone', async (_, more) => {
    watching.state.rule = ruleOf(more);
    await breaks();
    await demoteBroken(watching.parts);
    expect(await standingDemotions(watching.db)).toEqual([]);
  });

  test('two runs that did not help demote nothing', async () => {
    await watching.ran('failed');
    await watching.ran('ineffective');
    await demoteBroken(watching.parts);
    expect(await standingDemotions(watching.db)).toEqual([]);
  });
});

describe('recurrence debt', () => {
  const TITLE = 'thing-broken has healed thing cup 5 times in 7 d: the fix hides a bug';
  const heals = async (thing: string, ...daysAgo: readonly number[]) => {
    for (const days of daysAgo) await watching.healed(thing, NOW - days * DAY);
  };

  test('the fifth heal of one target within a week is told, once a week, however many look', async () => {
    await heals('cup', 6, 5, 4, 3);
    await heals('vase', 8, 4, 3, 2, 1);
    await noteDebts(watching.parts);
    expect(await watching.owed()).toEqual([]);
    await heals('cup', 0);
    await watching.atOnce('team_notes', noteDebts);
    expect(await watching.owed()).toEqual([TITLE]);
    const [row] = await watching.db.query<{ lines: string[] }>(
      `select data->'lines' as lines from remedyd.outbox where kind = 'notice'`,
    );
    expect(row?.lines).toHaveLength(6);
    expect(row?.lines[0]).toMatch(/^inc-of-\d+: healed by things\/mend at 2026-01-19 10:00 UTC, after 3 min$/);
    expect(await debtsSince(watching.db, NOW - 7 * DAY, 5)).toMatchObject([{ heals: 5, lastHealedAt: NOW }]);
  });

  test('it is told again when it goes on for another week', async () => {
    await heals('cup', 4, 3, 2, 1, 0);
    await noteDebts(watching.parts);
    watching.state.now = NOW + 7 * DAY - 1;
    for (let i = 0; i < 5; i += 1) await watching.healed('cup', watching.state.now - i);
    await noteDebts(watching.parts);
    expect(await watching.owed()).toHaveLength(1);
    watching.state.now = NOW + 7 * DAY;
    await noteDebts(watching.parts);
    expect(await watching.owed()).toHaveLength(2);
  });
});

describe('an alert that flaps for hours', () => {
  const flaps = async (minutes: number) => {
    for (let at = NOW - minutes * MINUTE; at <= NOW - MINUTE; at += 2 * MINUTE) {
      const went = { state: 'closed', reason: 'cleared-by-itself', firing: false, endedAt: at + MINUTE } as const;
      const target = { kind: 'thing', id: 'cup' };
      await openOne(watching.db, `cup-${minutes}-${at}`, { ...went, target, openedAt: at });
    }
  };

  test('is told to the team, once a day', async () => {
    await flaps(75);
    await watching.atOnce('team_notes', noteFlapping);
    expect(await watching.owed()).toEqual([
      expect.stringMatching(
        /^thing-broken leaves thing cup alone: its alert has been going on and off for 1 h \d+ min$/,
      ),
    ]);
    await noteFlapping(watching.parts);
    expect(await watching.owed()).toHaveLength(1);
  });

  test('is nothing to tell before an hour, nor of a rule that only observes', async () => {
    await flaps(55);
    await noteFlapping(watching.parts);
    expect(await watching.owed()).toEqual([]);
    await flaps(76);
    watching.state.rule = ruleOf({ mode: 'observe' });
    await noteFlapping(watching.parts);
    expect(await watching.owed()).toEqual([]);
  });
});

describe('figures', () => {
  const figures = async () => {
    const all = await readFigures(watching.db, [watching.state.rule], 90 * DAY, 15 * MINUTE, watching.state.now);
    const { held, selfCleared } = all.get('thing-broken') ?? {};
    return { held: `${held?.count}/${held?.of}`, selfCleared: `${selfCleared?.count}/${selfCleared?.of}` };
  };

  test('only runs that say something count, and only those that held to this day are successes', async () => {
    const outcomes = ['held', 'held', 'recurred', 'ineffective', 'worse', 'failed', 'unknown'];
    for (const outcome of [...outcomes, 'noop', 'stopped', 'applied']) await watching.ran(outcome);
    await watching.ran('held', NOW, { recurredAt: NOW });
    await watching.ran('held', NOW - 91 * DAY);
    await watching.ran('dry', NOW, { dry: true });
    expect(await figures()).toMatchObject({ held: '2/8' });
  });

  test('an incident clears by itself only within the time in which nobody is paged', async () => {
    const openedAt = NOW - DAY;
    await watching.observed();
    await watching.observed({ endedAt: openedAt + 15 * MINUTE });
    await watching.observed({ endedAt: openedAt + 15 * MINUTE + 1 });
    await watching.observed({ state: 'observing', endedAt: null });
    // Nobody knows what would have become of these.
    await watching.observed({ ackedAt: openedAt + MINUTE, ackedBy: 'ana' });
    await watching.observed({ reason: 'closed-by-person' });
    // Its time is not over, so it would count only if it were quick.
    await watching.observed({ openedAt: NOW - 14 * MINUTE });
    // It was acted on, and is too old.
    await watching.observed({ tries: 1 });
    await watching.observed({ openedAt: NOW - 91 * DAY });
    expect(await figures()).toMatchObject({ selfCleared: '2/4' });
    const escalate = { policy: 'oncall', after: 5 * MINUTE };
    watching.state.rule = ruleOf({ escalate });
    // A shorter time is over for the last one, and the person closed one after it.
    expect(await figures()).toMatchObject({ selfCleared: '0/6' });
    watching.state.rule = ruleOf({ escalate: { ...escalate, after: 0 } });
    expect(await figures()).toMatchObject({ selfCleared: '2/4' });
  });
});

describe('proposals', () => {
  const measured = async () => {
    for (let i = 0; i < 20; i += 1) {
      await watching.ran('held');
      await watching.observed({ state: 'observing', endedAt: null });
    }
  };

  test('what a rule has earned is proposed, and not again for a month', async () => {
    watching.state.rule = ruleOf({ mode: 'propose' });
    await measured();
    await watching.atOnce('team_notes', propose);
    await propose(watching.parts);
    expect(await watching.owed()).toEqual(['thing-broken could be promoted to auto']);
    watching.state.now += 30 * DAY;
    await propose(watching.parts);
    expect(await watching.owed()).toHaveLength(2);
  });

  test('nothing is proposed for a rule that must ask, or that is demoted', async () => {
    watching.state.rule = ruleOf({ mode: 'propose', approval: APPROVAL });
    await measured();
    await propose(watching.parts);
    watching.state.rule = ruleOf({ mode: 'propose' });
    await watching.db.run(
      `insert into remedyd.demotions (id, rule, since, why) values ('dem-1', 'thing-broken', $1, 'w')`,
      [new Date(NOW)],
    );
    await propose(watching.parts);
    expect(await watching.owed()).toEqual([]);
  });

  test('they are looked at once in their time, however many replicas there are', async () => {
    watching.state.rule = ruleOf({ mode: 'propose' });
    await watching.atOnce('team_notes', watchAutonomy);
    await measured();
    watching.state.now += 60 * MINUTE - 1;
    await watchAutonomy(watching.parts);
    expect(await watching.owed()).toEqual([]);
    watching.state.now += 1;
    await watchAutonomy(watching.parts);
    expect(await watching.owed()).toEqual(['thing-broken could be promoted to auto']);
  });
});
