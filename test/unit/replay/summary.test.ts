import { expect, test } from 'vitest';
import { DIFFERENCES, type Difference, differencesOf, type Summary, say } from '../../../src/replay/summary.ts';

const summary = (more: Partial<Summary> = {}): Summary => ({
  openedAt: 0,
  alert: 'thing:broken',
  rule: 'thing-broken',
  target: 'thing:cup',
  first: 'run (admitted)',
  held: [],
  runs: ['things/mend'],
  asked: 0,
  pages: 0,
  ...more,
});

const FOUND: readonly (readonly [Difference, Summary | undefined, Summary | undefined])[] = [
  ['rule-changed', summary(), summary({ rule: 'other' })],
  ['target-changed', summary(), summary({ target: 'thing:jug' })],
  ['incident-added', undefined, summary({ runs: [] })],
  ['incident-removed', summary({ runs: [] }), undefined],
  ['run-added', summary(), summary({ runs: ['things/mend', 'things/mend'] })],
  ['run-removed', summary({ runs: ['things/mend', 'things/sign-once'] }), summary()],
  ['page-added', summary(), summary({ pages: 1 })],
  ['page-removed', summary({ pages: 2 }), summary({ pages: 1 })],
  ['ask-added', summary(), summary({ asked: 1 })],
  ['ask-removed', summary({ asked: 1 }), summary()],
  ['verdict-changed', summary(), summary({ held: ['storm'] })],
];

test('every class of difference has an example here', () => {
  expect(FOUND.map(([difference]) => difference)).toEqual(Object.keys(DIFFERENCES));
});

test.each(FOUND)('%s is found, and nothing else', (difference, now, candidate) => {
  expect(differencesOf(now, candidate)).toEqual([difference]);
});

test('another remediation is one run less and one more', () => {
  const other = summary({ runs: ['things/sign-once'] });
  expect(differencesOf(summary(), other)).toEqual(['run-added', 'run-removed']);
});

test('what is the same is no difference, in whatever order it was held', () => {
  const held = summary({ held: ['storm', 'cooldown'] });
  expect(differencesOf(held, summary({ held: ['cooldown', 'storm'] }))).toEqual([]);
});

test('an incident is said in a few words', () => {
  const one = summary({ first: 'hold (cooldown)', held: ['cooldown', 'storm'], asked: 2, pages: 1 });
  expect(say(one)).toBe('thing-broken: hold (cooldown); held for storm; runs things/mend; asks 2×; pages');
  expect(say(undefined)).toBe('no incident of its own');
});
