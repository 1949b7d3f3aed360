import { describe, expect, test } from 'vitest';
import { parseWebhook } from '../../../src/ingest/sources/parse.ts';
import { fixture, NOW, read, readOne } from './bodies.ts';

const labels = { alertname: 'X' };

test('reads a mixed group: what fires and what is resolved, whatever the group says', () => {
  const delivery = read('alertmanager', fixture('alertmanager-mixed'));
  expect(delivery).toMatchObject({
    truncated: 12,
    receiver: 'team (wa) [prod]',
    groupKey: '{}/{team="wa"}:{alertname="phone:offline"}',
    faults: [],
  });
  expect(delivery.alerts).toEqual([
    {
      source: 'alertmanager',
      fingerprint: '00c0ffee00c0ffee',
      status: 'firing',
      name: 'phone:offline',
      labels: { alertname: 'phone:offline', phone_id: 'phone_07', severity: 'HIGH' },
      annotations: { summary: 'phone_07 is offline', value: '' },
      severity: 'high',
      startsAt: Date.parse('2026-03-01T08:00:00.123Z'),
      endsAt: null,
      generatorUrl: '/graph?g0.expr=up&g0.tab=1',
      test: null,
      note: null,
    },
    expect.objectContaining({
      status: 'resolved',
      severity: 'medium',
      endsAt: Date.parse('2026-03-01T08:05:00.500Z'),
      generatorUrl: null,
    }),
  ]);
});

test('reads old senders: the status from the end, the fingerprint from the labels', () => {
  const { alerts, groupKey, receiver, truncated } = read('alertmanager', fixture('alertmanager-bare'));
  expect(alerts.map(({ status }) => status)).toEqual(['firing', 'resolved', 'firing']);
  // What Alertmanager itself computes for these labels.
  expect(alerts[0]?.fingerprint).toBe('5714ca6177701704');
  expect({ groupKey, receiver, truncated }).toEqual({ groupKey: null, receiver: null, truncated: 0 });
});

test('takes a group that is resolved as the status of alerts that say nothing', () => {
  expect(readOne('alertmanager', { labels }, { status: 'resolved' }).status).toBe('resolved');
  expect(readOne('alertmanager', { labels }, { status: 'firing' }).status).toBe('firing');
});

test('takes an unknown status for what the end says, and says so', () => {
  const alert = readOne('alertmanager', { labels, status: 'pending', endsAt: '2026-03-01T11:00:00Z' });
  expect(alert).toMatchObject({ status: 'resolved', note: expect.stringContaining("'pending'") });
});

test('keeps the good alerts of a delivery and names the bad ones', () => {
  const { alerts, faults } = read('alertmanager', {
    alerts: [
      { labels },
      null,
      { labels: 'none' },
      { status: 'firing' },
      { labels: {} },
      { labels: { alertname: 'Y' } },
    ],
  });
  expect(alerts.map(({ name }) => name)).toEqual(['X', 'Y']);
  expect(faults).toEqual([
    'alert 2 of 6: it is no JSON object',
    "alert 3 of 6: it has no 'labels'",
    "alert 4 of 6: it has no 'labels'",
    "alert 5 of 6: its 'labels' are empty",
  ]);
});

test('reads labels that are no text, and leaves empty ones out', () => {
  const { labels: read } = readOne('alertmanager', {
    labels: { alertname: 'X', port: 8080, up: false, none: null, empty: '', list: [1, 'a'], map: { a: 1 } },
  });
  expect(read).toEqual({ alertname: 'X', port: '8080', up: 'false', list: '[1,"a"]', map: '{"a":1}' });
});

test('bears keys that belong to the language', () => {
  const body: unknown = JSON.parse('{"alerts":[{"labels":{"__proto__":"p","constructor":"c","hasOwnProperty":"h"}}]}');
  const [alert] = read('alertmanager', body).alerts;
  expect(Object.entries(alert?.labels ?? {})).toEqual([
    ['__proto__', 'p'],
    ['constructor', 'c'],
    ['hasOwnProperty', 'h'],
  ]);
  expect(alert?.name).toBe('');
  expect(Object.getPrototypeOf(alert?.labels)).toBe(Object.prototype);
});

test('makes text that a database can hold', () => {
  const alert = readOne('alertmanager', { labels: { alertname: 'a\0b', half: '\uD800' }, fingerprint: 'x\0' });
  expect(alert).toMatchObject({ name: 'a\uFFFDb', labels: { half: '\uFFFD' }, fingerprint: 'x\uFFFD' });
});

test('keeps huge labels, and shortens a fingerprint that no index could hold', () => {
  const huge = 'x'.repeat(1_000_000);
  const alert = readOne('alertmanager', { labels: { alertname: 'X', huge }, fingerprint: huge });
  expect(alert.labels.huge).toBe(huge);
  expect(alert.fingerprint).toMatch(/^[0-9a-f]{16}$/);
});

test('reads a value that is nested beyond reason', () => {
  const deep = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`) as unknown;
  expect(readOne('alertmanager', { labels: { alertname: 'X', deep } }).labels.deep).toBe('[nested too deeply]');
});

test.each([
  ['no time at all', undefined],
  ['the zero time of Go', '0001-01-01T00:00:00Z'],
  ['something else', 'yesterday-ish'],
])('has no start where the sender gives %s', (_, startsAt) => {
  expect(readOne('alertmanager', { labels, startsAt }).startsAt).toBeNull();
});

describe('a body that is something else', () => {
  test.each([
    ['null', null, 'no JSON object'],
    ['a text', 'alerts', 'no JSON object'],
    ['a custom payload that is a list', [{ commonLabels: {} }, { foo: 'bar' }], 'no JSON object'],
    ['a custom payload that is an object', { text: 'X is firing' }, "no list 'alerts'"],
    ['alerts that are no list', { alerts: { 0: { labels } } }, "no list 'alerts'"],
    ['an event', { name: 'phone:offline' }, '/webhooks/event'],
    ['alerts of another shape', { alerts: ['X', 'Y'] }, 'none of its 2 alerts'],
  ])('is unknown: %s', (_, body, reason) => {
    expect(parseWebhook('alertmanager', body, NOW)).toEqual({
      kind: 'unknown',
      reason: expect.stringContaining(reason),
    });
  });

  test('but an empty group is none', () => {
    expect(read('alertmanager', { alerts: [] }).alerts).toEqual([]);
  });
});
