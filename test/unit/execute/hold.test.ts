import { expect, test } from 'vitest';
import { keepHold } from '../../../src/execute/hold.ts';
import type { Db } from '../../../src/store/db.ts';
import { fakeClock } from '../../support/clock.ts';

const TTL = 10_000;

/** A database of which only the number of touched rows matters. */
function held(answer: () => Promise<number>) {
  const clock = fakeClock();
  const db = { run: answer, query: async () => [] } as unknown as Db;
  return { clock, hold: keepHold(db, clock, TTL, 'run-1', 1, 1) };
}

test('P3: a run is ours for as long as that is proved', async () => {
  const { clock, hold } = held(async () => 1);
  await clock.advance(20 * TTL);
  expect(hold.lost.aborted).toBe(false);
  hold.stop();
  await clock.advance(TTL);
  expect([hold.lost.aborted, clock.sleeping]).toEqual([false, 0]);
});

test('P3: whoever hears that it was taken over stops at once', async () => {
  const { clock, hold } = held(async () => 0);
  await clock.advance(TTL / 5);
  expect(hold.lost.aborted).toBe(true);
});

test.each([
  [
    'refuses',
    async () => {
      throw new Error('away');
    },
  ],
  ['does not answer at all', () => new Promise<number>(() => undefined)],
])('P3: while the database %s, we stop believing before another replica may take it', async (_, answer) => {
  const { clock, hold } = held(answer);
  await clock.advance(TTL / 2);
  expect(hold.lost.aborted).toBe(false);
  await clock.advance(TTL / 2 - 1);
  expect(hold.lost.aborted).toBe(true);
  expect(clock.sleeping).toBe(0);
});

test('one that hung and came back proves from when it was asked, not from when it was answered', async () => {
  let answers: (() => void)[] = [];
  const { clock, hold } = held(() => new Promise((resolve) => answers.push(() => resolve(1))));
  await clock.advance(TTL * 0.5);
  for (const answer of answers) answer();
  answers = [];
  // Asked at 0.2 of its life; 0.5 later that is 0.7, and the beats go on hanging.
  await clock.advance(TTL * 0.5);
  expect(hold.lost.aborted).toBe(true);
});
