import { describe, expect, test } from 'vitest';
import { beginClimb, type Climb, climbOn, type Level, type Policy, toldAtOnce } from '../../../src/domain/climb.ts';

const MINUTE = 60_000;
const level = (name: string, after: number): Level => ({ name, after: after * MINUTE, notify: null, who: null });
const policy: Policy = {
  name: 'oncall',
  levels: [level('L1', 0), level('L2', 15), level('L3', 60)],
  repeat: { every: 30 * MINUTE, times: 2 },
  ackFor: 30 * MINUTE,
};

/** Everything that happens until nobody is told any more, by the minute, given who takes the incident when. */
function story(taken: readonly number[] = [], from = 0): readonly string[] {
  let climb: Climb = beginClimb(policy, from, 0);
  let ackedAt: number | null = null;
  const lines = [
    `0 ${toldAtOnce(climb)
      .map(({ name }) => name)
      .join('+')} page`,
  ];
  for (let minute = 0; minute <= 400; minute += 1) {
    if (taken.includes(minute)) ackedAt = minute * MINUTE;
    for (;;) {
      const step = climbOn(climb, ackedAt, minute * MINUTE);
      if (step.kind !== 'tell') break;
      climb = step.climb;
      if (step.cause === 'ack-lapsed') ackedAt = null;
      lines.push(`${minute} ${step.level.name} ${step.cause}`);
    }
  }
  return lines;
}

test('nobody answers: each level is told at its time, and the last one again, so often and no more', () => {
  expect(story()).toEqual(['0 L1 page', '15 L2 unanswered', '60 L3 unanswered', '90 L3 repeated', '120 L3 repeated']);
});

test('who takes it has that long; then the next ones are told, though not all of them at once', () => {
  expect(story([20]).slice(1, 4)).toEqual(['15 L2 unanswered', '50 L2 ack-lapsed', '60 L3 unanswered']);
  expect(story([40]).slice(1, 4)).toEqual(['15 L2 unanswered', '70 L3 ack-lapsed', '100 L3 repeated']);
});

test('who says it again has it for as long again', () => {
  expect(story([5, 30, 55])).toEqual([
    '0 L1 page',
    '85 L2 ack-lapsed',
    '85 L3 unanswered',
    '115 L3 repeated',
    '145 L3 repeated',
  ]);
});

test('what begins higher tells those below with it', () => {
  expect(story([], 1).slice(0, 2)).toEqual(['0 L1+L2 page', '60 L3 unanswered']);
  expect(story([], 9)[0]).toBe('0 L1+L2+L3 page');
});

describe('it waits', () => {
  test('until the next thing happens, and not a moment less', () => {
    const climb = beginClimb(policy, 0, 0);
    expect(climbOn(climb, null, 1)).toEqual({ kind: 'wait', until: 15 * MINUTE });
    expect(climbOn(climb, 10 * MINUTE, 15 * MINUTE)).toEqual({ kind: 'wait', until: 40 * MINUTE });
    expect(climbOn({ ...climb, level: 2, repeats: 2 }, null, 15 * MINUTE)).toEqual({ kind: 'end' });
  });
});
