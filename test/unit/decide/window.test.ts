import { expect, test } from 'vitest';
import { askAll } from '../../../src/decide/guards/ask-all.ts';
import { window } from '../../../src/decide/guards/window.ts';
import type { TimeInterval } from '../../../src/domain/time-interval.ts';
import { windowsAt } from '../../../src/rules/windows.ts';
import { factsOf, NOW, said, subjectOf } from './bench.ts';

const always: TimeInterval = { times: [], weekdays: [], daysOfMonth: [], months: [], years: [], zone: 'UTC' };

// NOW is Monday, 2026-01-19T10:00Z.
const intervals = new Map<string, readonly TimeInterval[]>([
  ['mornings', [{ ...always, times: [{ from: 8 * 60, to: 12 * 60 }] }]],
  [
    'nights',
    [
      { ...always, times: [{ from: 22 * 60, to: 24 * 60 }] },
      { ...always, times: [{ from: 0, to: 6 * 60 }] },
    ],
  ],
  ['past', [{ ...always, years: [{ from: 2020, to: 2021 }] }]],
]);

const ask = (name: string | undefined) =>
  window.ask(subjectOf({ limits: { window: name } }), factsOf({ windows: windowsAt(intervals, NOW) }));

test.each([
  ['no window', undefined, 'yes'],
  ['inside', 'mornings', 'yes'],
  ['outside, until the next opening', 'nights', `outside-window +${12 * 3_600_000}`],
  ['outside, and no opening within eight days', 'past', `outside-window +${8 * 86_400_000}`],
])('%s', (_, name, expected) => {
  expect(said(ask(name))).toBe(expected);
});

test('P11: names the window and when it opens', () => {
  expect(ask('nights').numbers).toEqual({ window: 'nights', opensAt: '2026-01-19T22:00:00.000Z' });
});

test('P4: a name that the config does not have is a no', () => {
  const facts = factsOf({ windows: windowsAt(intervals, NOW) });
  const { refusal } = askAll(subjectOf({ limits: { window: 'evenings' } }), facts);
  expect(refusal).toMatchObject({ guard: 'window', reason: 'guard-error' });
});
