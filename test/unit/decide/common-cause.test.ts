import { describe, expect, test } from 'vitest';
import { createCanaries } from '../../../src/decide/canaries.ts';
import { askAll } from '../../../src/decide/guards/ask-all.ts';
import { commonCause } from '../../../src/decide/guards/common-cause.ts';
import type { Facts } from '../../../src/decide/guards/guard.ts';
import { fakeClock } from '../../support/clock.ts';
import { factsOf, MINUTE, NOW, said, subjectOf } from './bench.ts';

const limits = { commonCause: { after: 2, within: 10 * MINUTE, peersPercent: 30 } };

/** So many targets that the rule opened a minute ago, and so many that are sick, of twenty. */
const facts = (opened: number, sick: number, more: Partial<Facts> = {}) =>
  factsOf({
    openings: new Map([
      [
        'thing-broken',
        { list: Array.from({ length: opened }, (_, i) => ({ target: `t${i}`, at: NOW - MINUTE })), cut: false },
      ],
    ]),
    sick: new Map([['thing', new Set(Array.from({ length: sick }, (_, i) => `t${i}`))]]),
    populations: new Map([['things/mend', { count: 20, at: NOW }]]),
    ...more,
  });
const ask = (opened: number, sick: number, more: Partial<Facts> = {}) =>
  commonCause.ask(subjectOf({ limits }), facts(opened, sick, more));
const canary = (ok: boolean, at: number | null = NOW) => ({ name: 'internet', ok, why: ok ? null : 'refused', at });

test.each([
  ['the first two are mended, whoever else is sick', 2, 20, 'yes'],
  ['before the third: fewer than the share', 3, 5, 'yes'],
  ['before the third: exactly the share', 3, 6, 'common-cause +15000'],
  ['before the third: all', 3, 20, 'common-cause +15000'],
])('%s', (_, opened, sick, expected) => {
  expect(said(ask(opened, sick))).toBe(expected);
});

describe('P4: who cannot see says no', () => {
  test.each([
    ['one canary fails', [canary(true), canary(false)], 'isolated +15000'],
    ['nobody looked yet', [canary(true, null)], 'isolated +15000'],
    ['looked at too long ago', [canary(true, NOW - 30_001)], 'isolated +15000'],
    ['all are well', [canary(true), canary(true, NOW - 30_000)], 'yes'],
  ])('%s', (_, canaries, expected) => {
    expect(said(ask(3, 1, { canaries }))).toBe(expected);
    // The first targets need none of them: the managed API may be what is to be mended.
    expect(said(ask(2, 1, { canaries }))).toBe('yes');
  });

  test.each([
    ['nobody knows of how many', new Map()],
    ['counted too long ago', new Map([['things/mend', { count: 20, at: NOW - 11 * MINUTE }]])],
    ['there is nobody', new Map([['things/mend', { count: 0, at: NOW }]])],
  ])('%s', (_, populations) => {
    expect(said(ask(3, 1, { populations }))).toBe('population-unknown +15000');
  });

  test('nobody has counted what the rule opened', () => {
    const { refusal } = askAll(subjectOf({ limits }), factsOf({ openings: new Map() }));
    expect(refusal).toMatchObject({ guard: 'common-cause', reason: 'guard-error' });
  });
});

test('P11: names the canaries that failed, and why', () => {
  expect(ask(3, 1, { canaries: [canary(true), canary(false)] }).numbers).toMatchObject({
    canaries: 2,
    failing: [{ name: 'internet', why: 'refused', at: '2026-01-19T10:00:00.000Z' }],
  });
});

describe('canaries', () => {
  const looking = (knock: () => Promise<void>) => {
    const clock = fakeClock();
    const canaries = createCanaries({
      canaries: [{ name: 'internet', tcp: 'example.com:443', timeout: 2_000 }],
      clock,
      hardStop: new AbortController().signal,
      knock,
    });
    return { clock, canaries };
  };

  test('are looked at every five seconds at most, however many ask', async () => {
    let knocks = 0;
    const { clock, canaries } = looking(async () => {
      knocks += 1;
    });
    expect(canaries.known()).toMatchObject([{ ok: false, at: null }]);
    await Promise.all([canaries.look(), canaries.look()]);
    expect([knocks, canaries.known()]).toMatchObject([1, [{ ok: true, at: clock.now() }]]);
    await clock.advance(4_999);
    await canaries.look();
    await clock.advance(1);
    await canaries.look();
    expect(knocks).toBe(2);
  });

  test('P4: one that hangs holds nobody up for longer than its time, and counts as failing', async () => {
    const { clock, canaries } = looking(() => new Promise(() => undefined));
    const waiting = canaries.look();
    await clock.advance(2_000);
    await waiting;
    expect(canaries.known()).toMatchObject([{ ok: false, why: 'no answer within 2000 ms' }]);
  });

  test('P4: one that refuses counts as failing, in its words', async () => {
    const { canaries } = looking(() => Promise.reject(new Error('connect ECONNREFUSED')));
    await canaries.look();
    expect(canaries.known()).toMatchObject([{ ok: false, why: 'connect ECONNREFUSED' }]);
  });
});
