import { describe, expect, test } from 'vitest';
import { fingerprintOf } from '../../../src/ingest/sources/fingerprint.ts';
import { parseWebhook } from '../../../src/ingest/sources/parse.ts';
import { NOW, read } from './bodies.ts';

const offline = {
  name: 'phone:offline',
  severity: 'HIGH',
  labels: { phone_id: 'phone_07' },
  annotations: { why: 'qr' },
};

test('reads one event', () => {
  expect(
    read('event', { ...offline, startsAt: '2026-03-01T11:00:00Z', url: 'https://app.test/phones/7' }).alerts,
  ).toEqual([
    {
      source: 'event',
      fingerprint: fingerprintOf({ alertname: 'phone:offline', phone_id: 'phone_07' }),
      status: 'firing',
      name: 'phone:offline',
      labels: { phone_id: 'phone_07' },
      annotations: { why: 'qr' },
      severity: 'high',
      startsAt: Date.parse('2026-03-01T11:00:00Z'),
      endsAt: null,
      generatorUrl: 'https://app.test/phones/7',
      test: null,
      note: null,
    },
  ]);
});

test('gives the resolve the fingerprint of its event, whatever else it says', () => {
  const [fired] = read('event', offline).alerts;
  const [resolved] = read('event', {
    name: 'phone:offline',
    status: 'resolved',
    labels: { phone_id: 'phone_07' },
  }).alerts;
  expect(resolved).toMatchObject({ fingerprint: fired?.fingerprint, status: 'resolved' });
});

test('believes a fingerprint that the application gives', () => {
  expect(read('event', { ...offline, fingerprint: 'phone-07' }).alerts[0]?.fingerprint).toBe('phone-07');
});

test('reads a list in its order, and names what is none', () => {
  const { alerts, faults } = read('event', [
    offline,
    { status: 'firing' },
    { name: 'y', labels: [] },
    { name: 'x', endsAt: '2026-03-01T11:00:00Z' },
  ]);
  expect(alerts).toMatchObject([
    { name: 'phone:offline', status: 'firing' },
    { name: 'x', status: 'resolved' },
  ]);
  expect(faults).toEqual(["alert 2 of 4: it has no 'name'", "alert 3 of 4: its 'labels' are no JSON object"]);
});

test('takes the severity from a label where the event has none', () => {
  expect(read('event', { name: 'x', labels: { severity: 'P1' } }).alerts[0]?.severity).toBe('critical');
});

test.each([
  [true, 'the event says "test": true'],
  [false, null],
  ['yes', null],
])('marks a test only by the word itself: %s', (given, expected) => {
  expect(read('event', { name: 'x', test: given }).alerts[0]?.test).toBe(expected);
});

describe('a body that is something else', () => {
  test.each([
    ['null', null, 'neither'],
    ['a number', 7, 'neither'],
    ['an object without a name', { status: 'firing' }, "no 'name'"],
    ['a group of Alertmanager', { alerts: [] }, '/webhooks/alertmanager'],
  ])('is unknown: %s', (_, body, reason) => {
    expect(parseWebhook('event', body, NOW)).toEqual({ kind: 'unknown', reason: expect.stringContaining(reason) });
  });
});
