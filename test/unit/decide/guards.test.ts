import { describe, expect, test } from 'vitest';
import { askAll, GUARDS } from '../../../src/decide/guards/ask-all.ts';
import { backoff } from '../../../src/decide/guards/backoff.ts';
import { budget } from '../../../src/decide/guards/budget.ts';
import { concurrency } from '../../../src/decide/guards/concurrency.ts';
import { cooldown } from '../../../src/decide/guards/cooldown.ts';
import { globalLimits } from '../../../src/decide/guards/global-limits.ts';
import type { Guard } from '../../../src/decide/guards/guard.ts';
import { lease } from '../../../src/decide/guards/lease.ts';
import { pause } from '../../../src/decide/guards/pause.ts';
import type { Pause } from '../../../src/store/pauses.ts';
import { factsOf, MINUTE, NOW, runOf, said, subjectOf as subject, VASE } from './bench.ts';

describe('lease: P3, one run per target', () => {
  test.each([
    ['no run', [], 'yes'],
    ['a run that ended', [runOf()], 'yes'],
    ['a run on another target', [runOf({ endedAt: null, target: VASE })], 'yes'],
    ['a run on the same id of another kind', [runOf({ endedAt: null, target: { kind: 'queue', id: 'cup' } })], 'yes'],
    ['a run of another rule', [runOf({ endedAt: null, rule: 'another' })], 'target-leased +5000'],
    ['a run that found nothing but has not ended', [runOf({ endedAt: null, outcome: 'noop' })], 'target-leased +5000'],
  ])('%s', (_, runs, expected) => {
    expect(said(lease.ask(subject(), factsOf({ runs })))).toBe(expected);
  });
});

describe('cooldown', () => {
  const ask = (more: Parameters<typeof runOf>[0], rest = 5 * MINUTE) =>
    said(cooldown.ask(subject({ limits: { cooldown: rest } }), factsOf({ runs: [runOf(more)] })));

  test.each([
    ['ends at its very end', { endedAt: NOW - 5 * MINUTE }, 'yes'],
    ['lasts until then', { endedAt: NOW - 5 * MINUTE + 1 }, 'cooldown +1'],
    ['counts a run of another rule', { endedAt: NOW - MINUTE, rule: 'another' }, 'cooldown +240000'],
    ['counts a run that has not ended', { endedAt: null }, 'cooldown +300000'],
    ['does not count the same incident', { endedAt: NOW, incidentId: 'inc-1' }, 'yes'],
    ['does not count another target', { endedAt: NOW, target: VASE }, 'yes'],
    ['does not count what found nothing to do', { endedAt: NOW, outcome: 'noop' as const }, 'yes'],
    ['does not count what was stopped unchanged', { endedAt: NOW, outcome: 'stopped' as const }, 'yes'],
    ['counts what failed', { endedAt: NOW, outcome: 'failed' as const }, 'cooldown +300000'],
  ])('%s', (_, run, expected) => {
    expect(ask(run)).toBe(expected);
  });

  test('of zero asks for nothing, and none at all is none', () => {
    expect(ask({ endedAt: NOW }, 0)).toBe('yes');
    expect(said(cooldown.ask(subject(), factsOf({ runs: [runOf({ endedAt: NOW })] })))).toBe('yes');
  });
});

describe('budget: P5', () => {
  const at = (...minutes: number[]) => minutes.map((m) => runOf({ admittedAt: NOW - m * MINUTE }));
  const ask = (runs: ReturnType<typeof at>, allowed = { runs: 2, per: 60 * MINUTE }) =>
    said(budget.ask(subject({ limits: { budget: allowed } }), factsOf({ runs })));

  test.each([
    ['one is left', at(5), 'yes'],
    ['none is left until the oldest has left the period', at(50, 5), `budget +${10 * MINUTE + 1}`],
    ['exactly the period ago is outside', at(60, 5), 'yes'],
    ['too many: enough of them have to leave', at(50, 40, 30), `budget +${20 * MINUTE + 1}`],
  ])('%s', (_, runs, expected) => {
    expect(ask(runs)).toBe(expected);
  });

  test('is free again when it says so', () => {
    const runs = at(50, 5);
    const limits = { budget: { runs: 2, per: 60 * MINUTE } };
    const answer = budget.ask(subject({ limits }), factsOf({ runs }));
    const then = answer.ok ? NOW : answer.until;
    expect(said(budget.ask(subject({ limits, now: then }), factsOf({ runs })))).toBe('yes');
  });

  test('counts one rule on one target', () => {
    expect(ask([runOf({ rule: 'another' }), runOf({ target: VASE }), ...at(5)])).toBe('yes');
  });

  test('counts what is under way', () => {
    expect(ask([...at(5), runOf({ admittedAt: NOW - 1, endedAt: null, outcome: null })])).toContain('budget');
  });
});

describe('concurrency and global limits: P5', () => {
  const busy = (n: number, more = {}) =>
    Array.from({ length: n }, (_, i) =>
      runOf({ id: `run-${i}`, endedAt: null, target: { kind: 'thing', id: `t${i}` }, ...more }),
    );

  test.each([
    [1, 'yes'],
    [2, 'concurrency +5000'],
    [3, 'concurrency +5000'],
  ])('%i of the rule run, two may', (n, expected) => {
    const limited = subject({ limits: { concurrency: 2 } });
    expect(said(concurrency.ask(limited, factsOf({ runs: busy(n) })))).toBe(expected);
    expect(said(concurrency.ask(limited, factsOf({ runs: busy(n, { rule: 'another' }) })))).toBe('yes');
    expect(said(concurrency.ask(subject(), factsOf({ runs: busy(n) })))).toBe('yes');
  });

  test.each([
    ['below both', 9, 99, 'yes'],
    ['as many at once as there may be', 10, 0, 'global-concurrency +5000'],
    ['as many in the hour as there may be', 0, 100, 'global-rate +60000'],
    ['both: what ends first is told', 10, 100, 'global-concurrency +5000'],
  ])('%s', (_, running, lastHour, expected) => {
    const facts = factsOf({ runs: busy(running, { rule: 'another' }), runsLastHour: lastHour });
    expect(said(globalLimits.ask(subject(), facts))).toBe(expected);
  });
});

describe('backoff', () => {
  const ended = (minutes: number, outcome: 'held' | 'ineffective' | 'failed' | 'recurred' | 'noop' = 'ineffective') =>
    runOf({ endedAt: NOW - minutes * MINUTE, outcome });

  test.each([
    ['nothing yet', [], 'yes'],
    ['the last one held', [ended(0.1, 'held'), ended(1)], 'yes'],
    ['one without success, a minute', [ended(0.5)], 'backoff +30000'],
    ['waited long enough', [ended(1)], 'yes'],
    ['two without success, two minutes', [ended(1), ended(2)], 'backoff +60000'],
    ['the last wait repeats', [ended(1), ended(2), ended(3), ended(4, 'failed')], 'backoff +60000'],
    [
      'a success in between resets it',
      [ended(0.5, 'recurred'), ended(2, 'held'), ended(3), ended(4)],
      'backoff +30000',
    ],
    ['what found nothing to do is no attempt', [ended(0.1, 'noop')], 'yes'],
    ['on another target', [{ ...ended(0.1), target: VASE }], 'yes'],
  ])('%s', (_, runs, expected) => {
    expect(said(backoff.ask(subject(), factsOf({ runs })))).toBe(expected);
  });

  test('none configured is none', () => {
    const limits = { runs_at_once: 1, runs_per_hour: 1, backoff: [] };
    expect(said(backoff.ask(subject(), factsOf({ runs: [ended(0)], limits })))).toBe('yes');
  });
});

describe('pause: P10', () => {
  const by = (scope: Pause['scope'], key: string, until: number | null = null): Pause => {
    return { id: 'pau-1', scope, key, owner: 'ana', why: 'moving house', setAt: NOW - 1, until };
  };

  test.each([
    ['everywhere', by('global', ''), 'paused +60000'],
    ['this rule', by('rule', 'thing-broken'), 'paused +60000'],
    ['another rule', by('rule', 'another'), 'yes'],
    ['this target', by('target', 'thing:cup'), 'paused +60000'],
    ['another target', by('target', 'thing:vase'), 'yes'],
    ['until soon', by('global', '', NOW + 7_000), 'paused +7000'],
    ['until much later', by('global', '', NOW + 60 * MINUTE), 'paused +60000'],
  ])('%s', (_, given, expected) => {
    expect(said(pause.ask(subject(), factsOf({ pauses: [given] })))).toBe(expected);
  });

  test('names who, why and until when', () => {
    const answer = pause.ask(subject(), factsOf({ pauses: [by('global', '', NOW + 7_000)] }));
    expect(answer.numbers).toMatchObject({ scope: 'global', owner: 'ana', why: 'moving house' });
  });
});

describe('all together', () => {
  const blind: Guard = {
    name: 'blind',
    ask() {
      throw new Error('I see nothing');
    },
  };

  test('P4: a guardrail that throws says no', () => {
    const { refusal, answers } = askAll(subject(), factsOf(), [...GUARDS, blind]);
    expect(refusal).toMatchObject({ guard: 'blind', reason: 'guard-error', until: NOW + 30_000 });
    expect(answers.at(-1)).toMatchObject({ ok: false, reason: 'guard-error', numbers: { error: 'I see nothing' } });
  });

  test('P11: everyone is asked, the first no decides, and every answer is kept', () => {
    const facts = factsOf({ runs: [runOf({ endedAt: null })], runsLastHour: 1_000 });
    const { refusal, answers } = askAll(subject({ limits: { concurrency: 1 } }), facts, [blind, ...GUARDS]);
    expect(refusal?.guard).toBe('blind');
    expect(answers).toHaveLength(GUARDS.length + 1);
    const noes = answers.filter(({ ok }) => ok === false).map(({ guard }) => guard);
    expect(noes).toEqual(['blind', 'lease', 'concurrency', 'global-limits']);
  });

  test('P11: no answer is given without asking again later', () => {
    const runs = [runOf({ endedAt: null }), runOf({ id: 'run-1' }), runOf({ id: 'run-2' }), runOf({ id: 'run-3' })];
    const limits = { cooldown: MINUTE, budget: { runs: 1, per: 60 * MINUTE }, concurrency: 1 };
    const pauses: Pause[] = [{ id: 'p', scope: 'global', key: '', owner: 'a', why: 'b', setAt: 0, until: null }];
    for (const guard of GUARDS) {
      const answer = guard.ask(subject({ limits }), factsOf({ runs, pauses, runsLastHour: 1_000 }));
      if (!answer.ok) expect(answer.until).toBeGreaterThan(NOW);
    }
  });
});
