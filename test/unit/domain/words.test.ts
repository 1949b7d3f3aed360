import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Secret } from '../../../src/config/secret.ts';
import { formatDuration, parseDuration } from '../../../src/domain/duration.ts';
import { newId } from '../../../src/domain/id.ts';
import { parseSeverity, SEVERITIES } from '../../../src/domain/severity.ts';
import { systemClock } from '../../../src/domain/time.ts';
import { path } from '../../../src/remediation/index.ts';

describe('durations', () => {
  test.each([
    ['0', 0],
    ['0s', 0],
    ['500ms', 500],
    ['90s', 90_000],
    ['1h30m', 5_400_000],
    ['2w', 1_209_600_000],
    ['1d12h', 129_600_000],
  ])('%s', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  test.each(['', '5', '5x', 's', '1m5', '-1s', '1.5h', ' 1s', '1s ', '1 s', 'm1', '1S'])('%j is none', (text) => {
    expect(() => parseDuration(text)).toThrow(RangeError);
  });

  test.each([
    [999, '999 ms'],
    [1_000, '1 s'],
    [59_400, '59 s'],
    [200_000, '3 min 20 s'],
    [3_600_000, '1 h'],
    [7_500_000, '2 h 5 min'],
    [259_200_000, '3 d'],
  ])('%i reads as %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });
});

describe('severities', () => {
  test.each([
    ['P1', 'critical'],
    ['sev2', 'high'],
    [' Warning ', 'medium'],
    ['INFO', 'low'],
    ['page', 'critical'],
  ])('%s is %s', (name, severity) => {
    expect(parseSeverity(name)).toBe(severity);
  });

  test('its own names are its own, and strangers’ are nothing', () => {
    for (const severity of SEVERITIES) expect(parseSeverity(severity)).toBe(severity);
    for (const name of [undefined, '', 'urgent', 'constructor', '__proto__', 'toString']) {
      expect(parseSeverity(name)).toBeNull();
    }
  });
});

describe('P15: a secret is never printed', () => {
  const secret = new Secret('hunter2', 'env HUNTER');

  test.each([
    ['JSON', JSON.stringify({ secret })],
    ['a template', `${secret}`],
    ['concatenation', `a${String(secret)}`],
    ['inspect', inspect({ deep: { secret } }, { depth: 9, showHidden: true })],
    ['inspect with getters', inspect(secret, { getters: true, showHidden: true })],
    ['its fields', Object.entries(secret).join()],
    ['a copy', JSON.stringify({ ...secret })],
    ['an error', String(new Error(`no ${secret}`))],
    ['a clone', inspect(structuredClone(secret))],
  ])('in %s', (_, text) => {
    expect(text).not.toContain('hunter2');
  });

  test('and compared without a clue', () => {
    expect(secret.equals('hunter2')).toBe(true);
    for (const wrong of ['', 'hunter', 'hunter22', 'Hunter2']) expect(secret.equals(wrong)).toBe(false);
    const none = new Secret('', 'env NONE');
    expect([none.missing, none.equals(''), none.equals('x')]).toEqual([true, false, false]);
    expect(() => none.reveal()).toThrow('env NONE');
  });
});

describe('P13: paths', () => {
  test('a label cannot leave its segment', () => {
    expect(path`/phones/${'a/b?c=d#e%2f'}/resume`).toBe('/phones/a%2Fb%3Fc%3Dd%23e%252f/resume');
    for (const part of ['', '.', '..']) expect(() => path`/phones/${part}/resume`).toThrow();
  });

  test('whatever it is, the server sees one segment', () => {
    fc.assert(
      fc.property(fc.string(), (part) => {
        fc.pre(part !== '' && part !== '.' && part !== '..');
        const url = new URL(path`/phones/${part}/resume`, 'http://host.test');
        expect(url.pathname.split('/')).toHaveLength(4);
        expect(decodeURIComponent(url.pathname.split('/')[2] ?? '')).toBe(part);
        expect([url.search, url.hash]).toEqual(['', '']);
      }),
    );
  });
});

test('ids are distinct within a second, sort by time, and BullMQ takes them', () => {
  const ids = Array.from({ length: 10_000 }, () => newId('inc', 1_768_816_800_000));
  expect(new Set(ids).size).toBe(10_000);
  for (const id of ids.slice(0, 100)) expect(id).toMatch(/^inc-[0-9a-z]{7}-[0-9a-z]{8}$/);
  expect(newId('inc', 1_768_816_801_000) > (ids[0] ?? '')).toBe(true);
});

describe('the machine’s clock', () => {
  test('sleeps as long as it is told, however long that is', async () => {
    const stop = new AbortController();
    let woke = false;
    const asleep = systemClock.sleep(40 * 86_400_000, stop.signal).then(
      () => {
        woke = true;
      },
      () => undefined,
    );
    // Timers that are too long fire at once; a turn of a millisecond would show it.
    await systemClock.sleep(20);
    expect(woke).toBe(false);
    stop.abort();
    await asleep;
  });

  test('wakes with the reason of an abort', async () => {
    await expect(systemClock.sleep(60_000, AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
    const stop = new AbortController();
    const asleep = systemClock.sleep(60_000, stop.signal);
    stop.abort(new Error('now'));
    await expect(asleep).rejects.toThrow('now');
  });
});
