import { describe, expect, test } from 'vitest';
import type { Population } from '../../../src/decide/guards/counted.ts';
import { population } from '../../../src/decide/guards/population.ts';
import { factsOf, MINUTE, NOW, said, subjectOf } from './bench.ts';

const limits = { blastRadius: { max: null, percent: 20 } };
const ask = (known: Population | undefined) =>
  population.ask(
    subjectOf({ limits }),
    factsOf({ populations: new Map(known === undefined ? [] : [['things/mend', known]]) }),
  );
const counted = (count: number, least: number, most: number) => ask({ count, at: NOW, hour: { least, most } });

describe('P4: a number that cannot be believed is a no, with its own reason', () => {
  test.each([
    ['never counted', undefined, 'population-unknown +30000'],
    ['counted too long ago', { count: 20, at: NOW - 10 * MINUTE - 1 }, 'population-stale +30000'],
    ['nobody is there', { count: 0, at: NOW }, 'population-empty +30000'],
    ['counted just now, for the first time', { count: 20, at: NOW }, 'yes'],
    ['counted ten minutes ago', { count: 20, at: NOW - 10 * MINUTE }, 'yes'],
  ])('%s', (_, known, expected) => {
    expect(said(ask(known))).toBe(expected);
  });

  test.each([
    ['as before', 20, 20, 20, true],
    ['exactly half of before', 10, 20, 20, true],
    ['less than half', 9, 10, 20, false],
    ['exactly twice as many', 40, 20, 20, true],
    ['more than twice as many', 41, 20, 40, false],
    ['three where there was one: too few to tell', 3, 1, 3, true],
    ['four where there was one', 4, 1, 4, false],
    ['one where there were three', 1, 1, 3, true],
    ['one where there were four', 1, 1, 4, false],
  ])('%s', (_, count, least, most, plausible) => {
    expect(said(counted(count, least, most))).toBe(plausible ? 'yes' : 'population-implausible +30000');
  });
});

test('P11: tells what was counted, when, and what before', () => {
  expect(counted(9, 9, 20).numbers).toEqual({
    population: 9,
    countedAt: '2026-01-19T10:00:00.000Z',
    leastWithinHour: 9,
    mostWithinHour: 20,
  });
});

test('where no limit is a share of it, nobody asks', () => {
  expect(said(population.ask(subjectOf(), factsOf()))).toBe('yes');
  const max = { blastRadius: { max: 3, percent: null } };
  expect(said(population.ask(subjectOf({ limits: max }), factsOf()))).toBe('yes');
});
