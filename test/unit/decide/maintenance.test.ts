import { describe, expect, test } from 'vitest';
import { askAll } from '../../../src/decide/guards/ask-all.ts';
import { maintenance } from '../../../src/decide/guards/maintenance.ts';
import type { TimeInterval } from '../../../src/domain/time-interval.ts';
import type { Maintenance } from '../../../src/rules/maintenance.ts';
import { parseMatchers } from '../../../src/rules/matchers/matcher.ts';
import { windowsAt } from '../../../src/rules/windows.ts';
import { factsOf, NOW, said, subjectOf, VASE } from './bench.ts';

const always: TimeInterval = { times: [], weekdays: [], daysOfMonth: [], months: [], years: [], zone: 'UTC' };

// NOW is Monday, 2026-01-19T10:00Z.
const intervals = new Map<string, readonly TimeInterval[]>([
  ['mornings', [{ ...always, times: [{ from: 8 * 60, to: 12 * 60 }] }]],
  ['mondays', [{ ...always, weekdays: [{ from: 1, to: 1 }] }]],
  ['evenings', [{ ...always, times: [{ from: 18 * 60, to: 20 * 60 }] }]],
  ['this year', [{ ...always, years: [{ from: 2026, to: 2026 }] }]],
]);

const HOUR = 3_600_000;
const planned = (more: Partial<Maintenance> = {}): Maintenance => ({
  name: 'move',
  why: 'the disks are replaced',
  at: ['mornings'],
  rules: null,
  targets: null,
  match: [],
  pages: true,
  ...more,
});
const alerts = [{ name: 'thing:broken', labels: { thing: 'cup', region: 'eu' } }];
const ask = (...all: readonly Maintenance[]) =>
  maintenance.ask(subjectOf({ alerts }), factsOf({ maintenance: all, windows: windowsAt(intervals, NOW) }));

test.each([
  ['none', [], 'yes'],
  ['one that goes on, until it ends', [planned()], `maintenance +${2 * HOUR}`],
  ['one at another time', [planned({ at: ['evenings'] })], 'yes'],
  ['one of several times', [planned({ at: ['evenings', 'mondays'] })], `maintenance +${14 * HOUR}`],
  ['of several the one that ends last', [planned(), planned({ at: ['mondays'] })], `maintenance +${14 * HOUR}`],
  ['one without an end in sight', [planned(), planned({ at: ['this year'] })], `maintenance +${HOUR}`],
])('%s', (_, all, expected) => {
  expect(said(ask(...all))).toBe(expected);
});

describe('it concerns what it names', () => {
  test.each([
    ['its rule', { rules: ['another', 'thing-broken'] }, true],
    ['no other rule', { rules: ['another'] }, false],
    ['its target', { targets: ['thing:cup'] }, true],
    ['a kind of targets', { targets: ['thing'] }, true],
    ['no other target', { targets: ['thing:vase'] }, false],
    ['what its matchers agree on', { match: parseMatchers('region="eu",thing=~"c.*"') }, true],
    ['not what one of them does not agree on', { match: parseMatchers('region="eu",thing="vase"') }, false],
    ['what all of it agrees on', { rules: ['thing-broken'], targets: ['thing:vase'] }, false],
  ])('%s', (_, more, concerned) => {
    expect(said(ask(planned(more)))).toBe(concerned ? `maintenance +${2 * HOUR}` : 'yes');
  });

  test('what the incident is about, and what would be acted on', () => {
    const facts = factsOf({ maintenance: [planned({ targets: ['thing:vase'] })], windows: windowsAt(intervals, NOW) });
    expect(said(maintenance.ask(subjectOf({ about: VASE }), facts))).toContain('maintenance');
    expect(said(maintenance.ask(subjectOf({ target: VASE }), facts))).toContain('maintenance');
  });
});

test('P11: names it, why and until when', () => {
  expect(ask(planned()).numbers).toEqual({
    name: 'move',
    why: 'the disks are replaced',
    pages: true,
    endsAt: '2026-01-19T12:00:00.000Z',
  });
});

test('P4: a time that the config does not have is a no', () => {
  const facts = factsOf({ maintenance: [planned({ at: ['gone'] })], windows: windowsAt(intervals, NOW) });
  expect(askAll(subjectOf(), facts).refusal).toMatchObject({ guard: 'maintenance', reason: 'guard-error' });
});
