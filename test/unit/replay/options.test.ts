import { expect, test } from 'vitest';
import { wantedOf } from '../../../src/replay/options.ts';
import { DIFFERENCES } from '../../../src/replay/summary.ts';

const asked = { since: '30d', population: '100', rules: 'candidate/' };
const CLASSES = Object.keys(DIFFERENCES);

test('what is left out fails on nothing', () => {
  expect(wantedOf(asked)).toEqual({ since: 30 * 86_400_000, population: 100, failOn: new Set() });
});

test.each(CLASSES)('--fail-on %s fails on that class and no other', (name) => {
  expect(wantedOf({ ...asked, failOn: name })).toMatchObject({ failOn: new Set([name]) });
});

test('another config is something to compare, too', () => {
  const { rules: _, ...alone } = asked;
  expect(wantedOf({ ...alone, config: 'other.yaml', failOn: 'any' })).toMatchObject({ failOn: new Set(CLASSES) });
});

test('--fail-on takes several classes, with spaces between, and any for all of them', () => {
  const several = wantedOf({ ...asked, failOn: 'page-added, run-added,' });
  expect(several).toMatchObject({ failOn: new Set(['page-added', 'run-added']) });
  expect(wantedOf({ ...asked, failOn: 'page-added,any' })).toMatchObject({ failOn: new Set(CLASSES) });
});

test.each([
  [
    'a class that does not exist',
    { failOn: 'page-added,pages' },
    /^--fail-on knows no 'pages'; use any, or .*run-added/,
  ],
  ['a name that every object has', { failOn: 'constructor' }, /^--fail-on knows no 'constructor'/],
  ['no class at all', { failOn: ' , ' }, /^--fail-on names nothing; use any/],
  ['a failure with nothing to compare', { failOn: 'any', rules: undefined }, /^--fail-on compares with something/],
  ['a number without a unit', { since: '30' }, /^--since: '30' is no duration; write for example 30s/],
  ['no time', { since: '0s' }, /^--since is nothing; give for example 30d$/],
  ['a negative time', { since: '-1d' }, /^--since: '-1d' is no duration/],
  ['nobody', { population: '0' }, /^--population is '0'; give a whole number/],
  ['half of somebody', { population: '1.5' }, /^--population is '1.5'/],
  ['words', { population: 'many' }, /^--population is 'many'/],
])('%s is wrong use', (_, typed, said) => {
  expect(wantedOf({ ...asked, ...typed } as Parameters<typeof wantedOf>[0])).toEqual({
    wrong: expect.stringMatching(said),
  });
});
