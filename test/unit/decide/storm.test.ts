import { describe, expect, test } from 'vitest';
import { askAll } from '../../../src/decide/guards/ask-all.ts';
import { storm } from '../../../src/decide/guards/storm.ts';
import { factsOf, MINUTE, NOW, said, subjectOf } from './bench.ts';

const limits = { storm: { firing: 3, within: 5 * MINUTE, calm: 10 * MINUTE } };

/** Openings of different targets, so many minutes ago. */
const ago = (...minutes: number[]) =>
  minutes.toSorted((a, b) => a - b).map((m, i) => ({ target: `t${i}`, at: NOW - m * MINUTE }));

const ask = (list: ReturnType<typeof ago>, cut = false) =>
  storm.ask(subjectOf({ limits }), factsOf({ openings: new Map([['thing-broken', { list, cut }]]) }));

describe('on entry nothing new starts, until it has been calm', () => {
  test.each([
    ['none', ago(), 'yes'],
    ['as many as there may be', ago(1, 2, 3), 'yes'],
    ['one more', ago(1, 2, 3, 4), `storm +${9 * MINUTE}`],
    ['as many, spread over more than the period', ago(0, 2, 4, 5), 'yes'],
    ['more, just within the period', ago(0, 2, 4, 4.99), `storm +${10 * MINUTE}`],
    ['it was one, and the last is less than the calm ago', ago(9, 10, 11, 12), `storm +${MINUTE}`],
    ['it was one, and it has been calm', ago(10, 11, 12, 13), 'yes'],
    ['it was one long ago, and something came before it was calm', ago(5, 14, 23, 24, 25, 26), `storm +${5 * MINUTE}`],
    ['it was one, it was calm, and one more came', ago(1, 11, 12, 13, 14), 'yes'],
    ['they drip, never more than may be at once', ago(1, 4, 7, 10, 13, 16, 19, 22), 'yes'],
  ])('%s', (_, list, expected) => {
    expect(said(ask(list))).toBe(expected);
  });

  test('the same target twice is one target', () => {
    const list = ago(1, 2, 3, 4).map((one) => ({ ...one, target: 'cup' }));
    expect(said(ask(list))).toBe('yes');
  });

  test('is over when it says so', () => {
    const list = ago(1, 2, 3, 4);
    const facts = factsOf({ openings: new Map([['thing-broken', { list, cut: false }]]) });
    const answer = storm.ask(subjectOf({ limits }), facts);
    const then = answer.ok ? NOW : answer.until;
    expect(said(storm.ask(subjectOf({ limits, now: then }), facts))).toBe('yes');
    expect(storm.ask(subjectOf({ limits, now: then - 1 }), facts).ok).toBe(false);
  });

  test('P11: says how many, of how many, and since when', () => {
    expect(ask(ago(1, 2, 3, 4)).numbers).toMatchObject({ recent: 4, firing: 3, withinMs: 5 * MINUTE });
  });
});

test('P4: what reaches back further than is remembered may have been a storm', () => {
  const dripping = ago(1, 4, 7, 10);
  expect(said(ask(dripping, true))).toBe(`storm +${9 * MINUTE}`);
  expect(said(ask([...dripping, ...ago(21)], true))).toBe('yes');
});

test('P4: a rule that nobody counted for is a no', () => {
  const { refusal } = askAll(subjectOf({ limits }), factsOf({ openings: new Map() }));
  expect(refusal).toMatchObject({ guard: 'storm', reason: 'guard-error' });
});

test('a rule without the limit has none', () => {
  expect(said(storm.ask(subjectOf(), factsOf({ openings: new Map() })))).toBe('yes');
});
