import { describe, expect, test } from 'vitest';
import { createMembers } from '../../../src/approve/members.ts';
import { mostAnswers } from '../../../src/domain/people.ts';
import type { Rotation } from '../../../src/domain/rotation.ts';

const MINUTE = 60_000;

function world(answers: (group: string, call: number) => Promise<readonly string[]>) {
  const state = { now: 0, calls: 0 };
  const members = createMembers({
    groups: new Map([
      ['oncall', { users: ['U0ANNA'], userGroups: ['S0A', 'S0B'], rotations: [] }],
      ['leads', { users: ['U0BOB'], userGroups: [], rotations: [] }],
    ]),
    clock: { now: () => state.now, sleep: async () => undefined },
    usersOf: (group) => {
      state.calls += 1;
      return answers(group, state.calls);
    },
  });
  return { state, has: async (group: string | null, person: string) => (await members.has(group, person)).kind };
}

test('people are known by id, and by user group', async () => {
  const { has, state } = world(async (group) => (group === 'S0B' ? ['U0EVE'] : []));
  expect(await has('oncall', 'U0ANNA')).toBe('member');
  expect(state.calls).toBe(0);
  expect(await has('oncall', 'U0EVE')).toBe('member');
  expect(await has('oncall', 'U0BOB')).toBe('stranger');
  expect(await has('leads', 'U0BOB')).toBe('member');
});

test('a group that the config does not name is nobody', async () => {
  const { has } = world(async () => ['U0ANNA']);
  expect([await has(null, 'U0ANNA'), await has('all', 'U0ANNA'), await has('constructor', 'U0ANNA')]).toEqual([
    'nobody',
    'nobody',
    'nobody',
  ]);
});

test('Slack is asked once in five minutes, however many ask', async () => {
  const { has, state } = world(async () => ['U0EVE']);
  await Promise.all(Array.from({ length: 50 }, () => has('oncall', 'U0EVE')));
  expect(state.calls).toBe(2);
  state.now = 5 * MINUTE - 1;
  await has('oncall', 'U0EVE');
  expect(state.calls).toBe(2);
  state.now = 5 * MINUTE;
  await has('oncall', 'U0EVE');
  expect(state.calls).toBe(4);
});

test('P4: what cannot be known is no, and an old list is not used for want of a new one', async () => {
  const { has, state } = world(async (_group, call) => {
    if (call > 2) throw new Error('ratelimited');
    return ['U0EVE'];
  });
  expect(await has('oncall', 'U0EVE')).toBe('member');
  state.now = 6 * MINUTE;
  expect(await has('oncall', 'U0EVE')).toBe('unsure');
  expect(await has('oncall', 'U0ANNA')).toBe('member');
  await has('oncall', 'U0EVE');
  expect(state.calls).toBe(4);
});

describe('whoever is on call', () => {
  const MONDAY = Date.UTC(2026, 0, 12, 9);
  const rotation: Rotation = {
    name: 'oncall',
    zone: 'UTC',
    weekday: 1,
    minute: 9 * 60,
    since: Date.UTC(2026, 0, 5),
    members: [
      { name: 'Anna', slack: 'U0ANNA' },
      { name: 'Bob', slack: 'U0BOB' },
      { name: 'Cora', slack: null },
      { name: 'Eve', slack: 'U0EVE' },
    ],
    overrides: [
      {
        from: Date.UTC(2026, 0, 14),
        to: Date.UTC(2026, 0, 15),
        primary: { name: 'Eve', slack: 'U0EVE' },
      },
    ],
  };
  const world = (users: readonly string[] = []) => {
    const state = { now: 0 };
    const members = createMembers({
      groups: new Map([['oncall', { users, userGroups: [], rotations: [rotation] }]]),
      clock: { now: () => state.now, sleep: async () => undefined },
      usersOf: null,
    });
    return async (now: number, person: string) => {
      state.now = now;
      return members.has('oncall', person);
    };
  };
  const kinds = async (now: number, has = world()) =>
    Promise.all(
      ['U0ANNA', 'U0BOB', 'U0EVE'].map(async (person) => ((await has(now, person)).kind === 'member' ? 1 : 0)),
    );

  test('and whoever stands by may answer, to the very moment of the hand-over', async () => {
    expect(await kinds(MONDAY - 1)).toEqual([1, 1, 0]);
    // Cora stands by from now on, and Slack does not know her.
    expect(await kinds(MONDAY)).toEqual([0, 1, 0]);
    expect(await kinds(MONDAY + 7 * 86_400_000)).toEqual([0, 0, 1]);
  });

  test('is who stands in, and whom that one stands in for', async () => {
    expect(await kinds(Date.UTC(2026, 0, 14))).toEqual([0, 1, 1]);
    expect(await kinds(Date.UTC(2026, 0, 15))).toEqual([0, 1, 0]);
  });

  test('is told to whoever is refused, and users of the group may answer at any time', async () => {
    expect(await world()(MONDAY - 1, 'U0EVE')).toEqual({ kind: 'stranger', onCall: ['Anna', 'Bob'] });
    expect(await kinds(MONDAY, world(['U0EVE']))).toEqual([0, 1, 1]);
  });
});

test('as many can answer as are on call at once', () => {
  expect(mostAnswers(['U0ANNA'], [], [])).toBe(1);
  expect(mostAnswers(['U0ANNA', 'U0ANNA'], [], [['U0ANNA', 'U0BOB', 'U0CORA', 'U0EVE']])).toBe(3);
  expect(mostAnswers([], [], [['U0ANNA', null, 'U0ANNA']])).toBe(1);
  expect(
    mostAnswers(
      [],
      [],
      [
        ['U0ANNA', 'U0BOB'],
        ['U0ANNA', 'U0BOB'],
      ],
    ),
  ).toBe(2);
  expect(mostAnswers(['U0ANNA'], ['S0A'], [])).toBe(Number.POSITIVE_INFINITY);
});
