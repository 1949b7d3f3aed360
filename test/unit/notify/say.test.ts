import { describe, expect, test } from 'vitest';
import { compose } from '../../../src/notify/compose.ts';
import { safeUrl } from '../../../src/notify/links.ts';
import { clean, cut, plain } from '../../../src/notify/say/clean.ts';
import { place } from '../../../src/notify/say/headline.ts';
import { when } from '../../../src/notify/say/when.ts';
import { at, failedRun, NOW, phoneAlert, view } from './views.ts';

describe('times', () => {
  test.each([
    ['03:17:30', '03:17 UTC, just now'],
    ['03:16:48', '03:16 UTC, 42 s ago'],
    ['03:10:00', '03:10 UTC, 7 min 30 s ago'],
    ['02:40:10', '02:40 UTC, 37 min ago'],
    ['00:00:00', '00:00 UTC, 3 h 18 min ago'],
    ['03:27:30', '03:27 UTC, in 10 min'],
  ])('%s is %s', (clock, words) => {
    expect(when(at(clock), NOW)).toBe(words);
  });

  test('another day is named', () => {
    expect(when(at('00:00:00') - 60_000, NOW)).toBe('2026-02-28 23:59 UTC, 3 h 19 min ago');
  });
});

describe('places', () => {
  test.each([
    [{ kind: 'phone', id: 'phone_07' }, 'phone_07'],
    [{ kind: 'queue', id: 'bronze:ingest:csv' }, 'queue bronze:ingest:csv'],
    [{ kind: 'service', id: 'workers' }, 'service workers'],
  ])('%j is %s', (target, words) => {
    expect(place(target)).toBe(words);
  });
});

describe('strangers', () => {
  test('are cut between characters, never within one', () => {
    expect(cut('ab😀cd', 4)).toBe('ab…');
    expect(cut('abcd', 4)).toBe('abcd');
  });

  test('hold no character that nobody sees', () => {
    expect(clean('a\u0000\u001b[0m\u202eb\u200b\r\nc', 100)).toBe('a[0mb\nc');
  });

  test('keep their own script', () => {
    expect(clean('שלום مرحبا ăâîșț', 100)).toBe('שלום مرحبا ăâîșț');
  });

  test.each([
    ['https://ops.example.com/run?a=1&b=2#x', 'https://ops.example.com/run?a=1&b=2#x'],
    ['https://user:hunter2@ops.example.com/', 'https://ops.example.com/'],
    ['https://ops.example.com/a|b>c', 'https://ops.example.com/a%7Cb%3Ec'],
    ['javascript:alert(1)', null],
    ['ops.example.com', null],
    ['', null],
    [`https://ops.example.com/${'x'.repeat(1_000)}`, null],
  ])('the link %s becomes %s', (text, expected) => {
    expect(safeUrl(text)).toBe(expected);
  });
});

describe('JSON', () => {
  test.each([
    [{ status: 502, queue: { wait: 40 }, names: ['a', 'b'] }, 'status: 502, queue.wait: 40, names: a b'],
    [{ waiting: [80, 80, 0] }, 'waiting: 80 80 0'],
    [{ list: [{ id: 0, state: 'stopped' }] }, 'list.0.id: 0, list.0.state: stopped'],
    [{ tasks: [{ id: 1 }, { id: 2 }, { id: 3 }, { id: 4 }] }, 'tasks: 4 entries'],
    [[], ''],
    ['plain text', 'plain text'],
    [{ nothing: null, empty: {} }, 'nothing: none, empty: none'],
    [null, ''],
    [{ a: { b: { c: { d: 1 } } } }, 'a.b.c: (more inside)'],
  ])('%j is said as %s', (value, words) => {
    expect(plain(value, 200)).toBe(words);
  });
});

test('no secret of an alert, a step, the evidence or a note reaches a message', () => {
  const secrets = ['hunter2', 'abcdef123456', 'sk-live-0123456789abcdef', 's3cr3t'];
  const incident = view(
    {},
    {
      alerts: [
        {
          ...phoneAlert,
          labels: { api_key: 'abcdef123456', dsn: 'postgres://app:hunter2@db/cerniq' },
          annotations: {
            summary: 'Login with password=hunter2 failed',
            description: 'Authorization: Bearer abcdef123456',
          },
        },
      ],
      runs: [
        {
          ...failedRun,
          why: "step 'call' failed: password=hunter2 was refused. It had api_key=abcdef123456",
          steps: [
            {
              name: 'login',
              phase: 'ended',
              result: { token: 'abcdef123456', nested: { password: 's3cr3t' } },
              error: null,
            },
            {
              name: 'call',
              phase: 'failed',
              result: null,
              error: 'GET https://x:hunter2@api/?token=abcdef123456 failed',
            },
          ],
        },
      ],
      evidence: [{ at: NOW, from: 'env', data: { API_KEY: 'sk-live-0123456789abcdef', secret: 's3cr3t' } }],
      notes: ['Slack refused: token=abcdef123456'],
    },
  );
  const said = JSON.stringify(compose(incident, 'page', NOW));
  expect(secrets.filter((secret) => said.includes(secret))).toEqual([]);
});

test('the runbook that an alert names is used where the rule has none', () => {
  const alert = { ...phoneAlert, annotations: { runbook_url: 'https://ops.example.com/phones' } };
  expect(compose(view({}, { rule: null, alerts: [alert] }), 'page', NOW).runbook).toBe(
    'https://ops.example.com/phones',
  );
});

test('a path stays a path where nobody said where runbooks are', () => {
  expect(compose(view({}, { runbookBaseUrl: null }), 'page', NOW).runbook).toBe('docs/runbooks/phones.md#offline');
});
