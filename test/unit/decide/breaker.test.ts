import { describe, expect, test } from 'vitest';
import { decide } from '../../../src/decide/decide.ts';
import { askAll } from '../../../src/decide/guards/ask-all.ts';
import { breakerKey, breakerState } from '../../../src/decide/guards/breaker.ts';
import type { EndedRun } from '../../../src/decide/guards/counted.ts';
import type { Outcome } from '../../../src/domain/outcome.ts';
import { planHash } from '../../../src/rules/plan.ts';
import { benchOf, caseOf, factsOf, MINUTE, NOW, ruleOf, subjectOf } from './bench.ts';

const HOUR = 60 * MINUTE;

/** Runs that ended a minute after each other; `held!` was approved. */
const runs = (...outcomes: (Outcome | 'held!' | 'failed!')[]): EndedRun[] =>
  outcomes.map((outcome, i) => ({
    outcome: outcome.replace('!', '') as Outcome,
    approved: outcome.endsWith('!'),
    endedAt: NOW - (outcomes.length - i) * MINUTE,
  }));

describe('opens when a remediation does not help', () => {
  test.each<[string, EndedRun[], boolean]>([
    ['no run', [], false],
    ['two without success', runs('failed', 'ineffective'), false],
    ['three in a row without success', runs('failed', 'ineffective', 'unknown'), true],
    ['a success in between', runs('failed', 'ineffective', 'held', 'failed', 'recurred'), false],
    ['what found nothing to do does not count', runs('failed', 'noop', 'failed', 'stopped', 'dry'), false],
    ['and breaks no row', runs('failed', 'noop', 'failed', 'stopped', 'failed'), true],
    ['three came back within four hours', runs('recurred', 'held', 'recurred', 'held', 'recurred'), true],
    ['two came back', runs('recurred', 'held', 'recurred', 'held'), false],
    ['a success that nobody approved does not close it', runs('failed', 'failed', 'failed', 'held'), true],
    ['an approved one that failed neither', runs('failed', 'failed', 'failed', 'failed!'), true],
    ['an approved one that held does', runs('failed', 'failed', 'failed', 'held!'), false],
    ['and everything counts anew', runs('failed', 'failed', 'failed', 'held!', 'failed', 'failed'), false],
  ])('%s', (_, given, open) => {
    expect(breakerState(given).openSince !== null).toBe(open);
  });

  test('recurrences further apart than four hours do not add up', () => {
    const apart = (hours: number) =>
      [2 * hours, hours, 0].flatMap((h) => [
        { outcome: 'recurred' as const, approved: false, endedAt: NOW - h * HOUR },
        { outcome: 'held' as const, approved: false, endedAt: NOW - h * HOUR + 1 },
      ]);
    expect(breakerState(apart(1.9)).openSince).toBe(NOW);
    expect(breakerState(apart(2)).openSince).toBeNull();
  });

  test('it stays open since it opened', () => {
    expect(breakerState(runs('failed', 'failed', 'failed', 'failed')).openSince).toBe(NOW - 2 * MINUTE);
  });
});

describe('while it is open a person is asked', () => {
  const ended = new Map([[breakerKey('thing-broken', 'things/mend'), runs('failed', 'failed', 'failed')]]);

  test('and sees why', () => {
    const { event, entry, approval } = decide(caseOf(), factsOf({ ended }), benchOf([ruleOf()]));
    expect(event).toMatchObject({ type: 'asked', reason: 'breaker-open' });
    expect(approval).toMatchObject({ remediation: 'things/mend' });
    const answers = entry.data.guards as { guard: string; numbers: object }[];
    expect(answers.find(({ guard }) => guard === 'breaker')?.numbers).toEqual({
      open: true,
      openSince: '2026-01-19T09:59:00.000Z',
      withoutHeld: 3,
      recurred: 0,
    });
  });

  test('whose approval lets it run', () => {
    const { approval } = decide(caseOf(), factsOf({ ended }), benchOf([ruleOf()]));
    const plan = { remediation: 'things/mend', params: { thing: 'cup' }, target: { kind: 'thing', id: 'cup' } };
    expect(approval?.planHash).toBe(planHash({ ...plan, ruleHash: 'hash-of-rule' }));
    const approved = approval === null ? undefined : { ...approval, decidedAt: NOW, decision: 'approved' as const };
    const verdict = decide(caseOf({}, { approval: approved }), factsOf({ ended }), benchOf([ruleOf()]));
    expect(verdict.event.type).toBe('admitted');
  });

  test('a rule that asks anyway asks for its own reason, and one that observes goes on observing', () => {
    const verdictIn = (mode: 'propose' | 'observe') =>
      decide(caseOf(), factsOf({ ended }), benchOf([ruleOf({ mode })])).entry.reason;
    expect(verdictIn('propose')).toBe('propose-mode');
    expect(verdictIn('observe')).toBe('observe-mode');
  });

  test('of another rule or another remediation it is another one', () => {
    const others = new Map([
      ...ended,
      [breakerKey('thing-broken', 'services/restart'), []],
      [breakerKey('another', 'things/mend'), []],
    ]);
    const open = (more: object) => {
      const { answers } = askAll(subjectOf(more), factsOf({ ended: others }));
      return (answers.find(({ guard }) => guard === 'breaker') as { numbers: { open: boolean } } | undefined)?.numbers
        .open;
    };
    expect([open({}), open({ remediation: 'services/restart' }), open({ rule: 'another' })]).toEqual([
      true,
      false,
      false,
    ]);
  });
});

test('P4: a history that nobody read is a no', () => {
  const { event } = decide(caseOf(), factsOf({ ended: new Map() }), benchOf([ruleOf()]));
  expect(event).toMatchObject({ type: 'held', reason: 'guard-error' });
});
