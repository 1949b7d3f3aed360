import { expect, test } from 'vitest';
import { askAll } from '../../../src/decide/guards/ask-all.ts';
import { flapKey, flapping } from '../../../src/decide/guards/flapping.ts';
import { CUP, factsOf, MINUTE, NOW, said, subjectOf, VASE } from './bench.ts';

const limits = { flapping: { changes: 4, within: 30 * MINUTE } };
const key = flapKey('thing-broken', CUP);
const ago = (...minutes: number[]) => minutes.map((m) => NOW - m * MINUTE);
const ask = (changes: readonly number[], now = NOW) =>
  flapping.ask(subjectOf({ limits, now }), factsOf({ changes: new Map([[key, changes]]) }));

test.each([
  ['nothing but its own beginning', ago(1), 'yes'],
  ['as many as there may be', ago(1, 2, 3, 4), 'yes'],
  ['one more: until the oldest has left the period', ago(1, 2, 3, 4, 10), `flapping +${20 * MINUTE}`],
  ['three more: until the third oldest has', ago(1, 2, 3, 4, 10, 20, 25), `flapping +${20 * MINUTE}`],
  ['what lies before the period', ago(1, 2, 3, 4, 30, 40, 50), 'yes'],
])('%s', (_, changes, expected) => {
  expect(said(ask(changes))).toBe(expected);
});

test('it is over when it says so, and the numbers tell how often', () => {
  const answer = ask(ago(1, 2, 3, 4, 10));
  expect(answer.numbers).toEqual({ changes: 5, allowed: 4, withinMs: 30 * MINUTE });
  expect(said(ask(ago(1, 2, 3, 4, 10), answer.ok ? NOW : answer.until))).toBe('yes');
});

test('what the incident is about counts, not what would be acted on', () => {
  const changes = new Map([[flapKey('thing-broken', VASE), ago(1, 2, 3, 4, 5)]]);
  expect(said(flapping.ask(subjectOf({ limits, about: VASE }), factsOf({ changes })))).toContain('flapping');
});

test('P4: changes that nobody counted are a no', () => {
  expect(askAll(subjectOf({ limits }), factsOf({ changes: new Map() })).refusal).toMatchObject({
    guard: 'flapping',
    reason: 'guard-error',
  });
});
