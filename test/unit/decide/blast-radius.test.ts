import { describe, expect, test } from 'vitest';
import { askAll } from '../../../src/decide/guards/ask-all.ts';
import { blastRadius, MOST_SICK } from '../../../src/decide/guards/blast-radius.ts';
import { factsOf, MINUTE, NOW, runOf, said, subjectOf } from './bench.ts';

const sick = (count: number) => new Map([['thing', new Set(Array.from({ length: count }, (_, i) => `t${i}`))]]);

const running = (count: number, more = {}) =>
  Array.from({ length: count }, (_, i) => runOf({ endedAt: null, target: { kind: 'thing', id: `r${i}` }, ...more }));

const of = (count: number, age = 0) => new Map([['things/mend', { count, at: NOW - age }]]);

const ask = (max: number | null, percent: number | null, more: Parameters<typeof factsOf>[0]) =>
  blastRadius.ask(subjectOf({ limits: { blastRadius: { max, percent } } }), factsOf(more));

describe('counts the target itself, those that are sick, and those that are worked on', () => {
  test.each([
    ['nothing but itself', 0, [], 'yes'],
    ['two sick ones beside it', 2, [], 'yes'],
    ['three sick ones beside it', 3, [], 'blast-radius +15000'],
    ['two that are worked on', 0, running(2), 'yes'],
    ['three that are worked on', 0, running(3), 'blast-radius +15000'],
    ['one sick, two worked on by another rule', 1, running(2, { rule: 'another' }), 'blast-radius +15000'],
    ['what is worked on is another kind', 2, running(3, { target: { kind: 'queue', id: 'q' } }), 'yes'],
    ['what was worked on has ended', 2, running(3, { endedAt: NOW }), 'yes'],
    ['one that is sick and worked on counts once', 2, running(1, { target: { kind: 'thing', id: 't0' } }), 'yes'],
    ['its own run counts once', 2, running(1, { target: { kind: 'thing', id: 'cup' } }), 'yes'],
  ])('%s, of three', (_, ill, runs, expected) => {
    expect(said(ask(3, null, { sick: sick(ill), runs }))).toBe(expected);
  });
});

describe('the stricter of both wins, and a percentage is rounded down', () => {
  test.each([
    ['20 % of 20 are 4, and 3 may', 3, 20, 20, 3],
    ['20 % of 10 are 2, and 3 may', 3, 20, 10, 2],
    ['20 % of 14 are 2', null, 20, 14, 2],
    ['20 % of 15 are 3', null, 20, 15, 3],
    ['0.7 % of 1,000 are 7, whatever binary fractions say', null, 0.7, 1_000, 7],
    ['100 % of 1', null, 100, 1, 1],
    ['20 % of 4 is nobody', 3, 20, 4, 0],
  ])('%s', (_, max, percent, population, limit) => {
    const numbers = { sick: sick(Math.max(0, limit - 1)), populations: of(population) };
    const answer = ask(max, percent, numbers);
    expect(answer.numbers).toMatchObject({ limit, population, percent, counted: Math.max(1, limit) });
    expect(answer.ok).toBe(limit > 0);
    expect(said(ask(max, percent, { ...numbers, sick: sick(limit) }))).toBe('blast-radius +15000');
  });
});

describe('P4: a percentage of an unknown number is a no', () => {
  test.each([
    ['never counted', new Map()],
    ['nobody is there', of(0)],
    ['counted longer than ten minutes ago', of(20, 10 * MINUTE + 1)],
    ['counted for another remediation', new Map([['things/other', { count: 20, at: NOW }]])],
  ])('%s', (_, populations) => {
    expect(said(ask(3, 20, { populations }))).toBe('population-unknown +15000');
    expect(said(ask(3, null, { populations }))).toBe('yes');
  });

  test('ten minutes ago will do', () => {
    expect(said(ask(3, 20, { populations: of(20, 10 * MINUTE) }))).toBe('yes');
  });

  test('so are more sick ones than were read, and a kind that nobody looked at', () => {
    expect(said(ask(1_000_000, null, { sick: sick(MOST_SICK + 1) }))).toBe('blast-radius +15000');
    const blind = askAll(
      subjectOf({ limits: { blastRadius: { max: 3, percent: null } } }),
      factsOf({ sick: new Map() }),
    );
    expect(blind.refusal).toMatchObject({ guard: 'blast-radius', reason: 'guard-error' });
  });
});
