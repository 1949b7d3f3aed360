import { describe, expect, test } from 'vitest';
import { couldAct, earnedMode } from '../../../src/autonomy/proposal.ts';
import { shareOf } from '../../../src/autonomy/share.ts';
import type { Mode } from '../../../src/rules/rule.ts';
import { remediations, ruleOf } from '../decide/bench.ts';

const ENOUGH = { runs: 20, observed: 20 };

type Counted = readonly [count: number, of: number];

describe('a rule earns one step more', () => {
  test.each<[string, Mode, Counted, Counted, Mode | null]>([
    ['when its runs help beyond doubt', 'propose', [20, 20], [5, 20], 'auto'],
    ['but not where that is in doubt', 'propose', [14, 20], [10, 20], null],
    ['nor where waiting helps as well', 'propose', [20, 20], [20, 20], null],
    ['nor after a few runs', 'propose', [19, 19], [0, 200], null],
    ['nor where nobody has observed', 'propose', [200, 200], [0, 0], null],
    ['nor where hardly anybody has', 'propose', [200, 200], [0, 19], null],
    ['one step at a time', 'observe', [20, 20], [5, 20], 'propose'],
    ['and never beyond the last', 'auto', [200, 200], [0, 200], null],
    ['without runs, when most surely do not clear by themselves', 'observe', [0, 0], [4, 20], 'propose'],
    ['but not where about half do', 'observe', [0, 0], [9, 20], null],
    ['nor before enough was observed', 'observe', [0, 0], [0, 19], null],
    ['nor where runs were judged, and too few', 'observe', [3, 5], [0, 20], null],
  ])('%s', (_, mode, held, cleared, expected) => {
    const figures = { held: shareOf(...held), selfCleared: shareOf(...cleared) };
    expect(earnedMode(mode, figures, ENOUGH)).toBe(expected);
  });

  test('the two intervals must not even touch', () => {
    const held = { count: 1, of: 20, rate: 0.5, low: 0.4, high: 0.6 };
    const cleared = (high: number) => ({ ...held, high });
    expect(earnedMode('propose', { held, selfCleared: cleared(0.4) }, ENOUGH)).toBeNull();
    expect(earnedMode('propose', { held, selfCleared: cleared(0.39) }, ENOUGH)).toBe('auto');
  });
});

test('a rule that must ask anyway could not act', () => {
  const approval = { from: 'oncall', needs: 1, within: 1 };
  expect(couldAct(ruleOf(), remediations())).toBe(true);
  expect(couldAct(ruleOf({ approval }), remediations())).toBe(false);
  expect(couldAct(ruleOf(), remediations('high'))).toBe(false);
  expect(couldAct(ruleOf({ do: [] }), remediations())).toBe(false);
  expect(couldAct(ruleOf(), new Map())).toBe(false);
});
