import { describe, expect, test } from 'vitest';
import { type Facts, judge } from '../../../src/allclear/judge.ts';

const NOW = 10_000_000;
const AFTER = 1_800_000;
const facts = (more: Partial<Facts>): Facts => ({
  after: AFTER,
  open: false,
  endedAt: NOW - AFTER,
  otherStands: false,
  given: null,
  ...more,
});
const given = (state: NonNullable<Facts['given']>['state'], acted = false) => facts({ given: { state, acted } });

describe('before it is given', () => {
  test('it waits until the trouble has been gone for as long as the rule wants', () => {
    expect(judge(facts({}), NOW)).toEqual({ kind: 'give' });
    expect(judge(facts({ endedAt: NOW - 1 }), NOW)).toEqual({ kind: 'wait', until: NOW - 1 + AFTER });
  });

  test('while an incident of the rule is open there, no time counts', () => {
    expect(judge(facts({ open: true }), NOW)).toEqual({ kind: 'wait', until: NOW + 60_000 });
    expect(judge(facts({ open: true, after: 5_000 }), NOW)).toEqual({ kind: 'wait', until: NOW + 5_000 });
  });

  test('one waits for the other, so that two changes are taken back twice', () => {
    expect(judge(facts({ otherStands: true }), NOW)).toEqual({ kind: 'wait', until: NOW + 2_000 });
  });
});

describe('once it is given', () => {
  test('it ends when it was acted upon, or when nobody acts upon it', () => {
    for (const one of [given('verifying', true), given('healed'), given('closed'), given(null), given('observing')])
      expect(judge(one, NOW)).toEqual({ kind: 'end', again: false, why: null });
    for (const state of ['received', 'held', 'approving', 'running'] as const)
      expect(judge(given(state), NOW)).toEqual({ kind: 'wait', until: NOW + 2_000 });
  });

  test('it is true no more when the trouble is back, and due anew after that', () => {
    expect(judge({ ...given('held'), open: true }, NOW)).toMatchObject({ kind: 'end', again: true });
  });

  test('what a person has to look at is not closed behind their back', () => {
    expect(judge(given('escalated'), NOW)).toEqual({ kind: 'wait', until: NOW + 60_000 });
  });
});
