import { expect, test } from 'vitest';
import { createMembers } from '../../../src/approve/members.ts';

const MINUTE = 60_000;

function world(answers: (group: string, call: number) => Promise<readonly string[]>) {
  const state = { now: 0, calls: 0 };
  const members = createMembers({
    people: { oncall: { users: ['U0ANNA'], groups: ['S0A', 'S0B'] }, leads: { users: ['U0BOB'], groups: [] } },
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
