import { expect, test } from 'vitest';
import { watchClock } from '../../../src/queue/clock-watch.ts';
import { fakeClock, START } from '../../support/clock.ts';

function setUp(ahead: number) {
  const state = { ahead, away: false };
  const clock = fakeClock(START);
  const told: (string | null)[] = [];
  const watch = watchClock({
    clock,
    every: 10_000,
    databaseTime: async () => {
      if (state.away) throw new Error('away');
      return clock.now() - state.ahead;
    },
    onChange: (refusal) => told.push(refusal),
  });
  return { state, clock, told, watch };
}

test('a clock that is five seconds off will do, and one that is further off will not, in either direction', async () => {
  for (const [ahead, words] of [
    [5_000, null],
    [5_001, 'ahead of'],
    [-5_000, null],
    [-7_000, '7 s behind'],
  ] as const) {
    const { watch } = setUp(ahead);
    await watch.look();
    expect(watch.skew()).toBe(ahead);
    if (words === null) expect(watch.refusal()).toBeNull();
    else expect(watch.refusal()).toContain(words);
    await watch.stop();
  }
});

test('it is told once when it goes wrong and once when it is right again', async () => {
  const { state, clock, told, watch } = setUp(0);
  await clock.advance(10_000);
  state.ahead = 60_000;
  await clock.advance(30_000);
  expect(watch.refusal()).not.toBeNull();
  state.ahead = 0;
  await clock.advance(10_000);
  expect(told).toEqual([expect.stringContaining('1 min'), null]);
  await watch.stop();
});

test('a database that does not answer says nothing about the clock', async () => {
  const { state, clock, watch } = setUp(60_000);
  await watch.look();
  state.away = true;
  state.ahead = 0;
  await clock.advance(20_000);
  expect(watch.refusal()).not.toBeNull();
  await watch.stop();
});
