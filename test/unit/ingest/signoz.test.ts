import { expect, test } from 'vitest';
import { fixture, read, readOne } from './bodies.ts';

test('reads an alert whose author set another severity than its threshold', () => {
  const [alert] = read('signoz', fixture('signoz-metric')).alerts;
  expect(alert).toMatchObject({
    source: 'signoz',
    severity: 'critical',
    labels: { 'service.name': 'workers', 'threshold.name': 'warning' },
    test: null,
    note: null,
  });
});

test.each([
  ['only the threshold is named', { 'threshold.name': 'warning' }, 'medium'],
  ['the severity is a word of its own', { severity: 'average', 'threshold.name': 'critical' }, 'critical'],
  ['neither says anything', {}, null],
])('finds the severity where %s', (_, labels, severity) => {
  expect(readOne('signoz', { labels: { alertname: 'X', ...labels } }).severity).toBe(severity);
});

test('keeps missing data apart from the alert itself', () => {
  const labels = { alertname: '[No data] queue depth', nodata: 'true', lastSeen: '2026-03-01 11:00:00' };
  expect(readOne('signoz', { labels, fingerprint: 'aa', status: 'firing' })).toMatchObject({
    name: '[No data] queue depth',
    fingerprint: 'aa',
    note: 'no data since 2026-03-01 11:00:00; what the rule watches is unknown',
  });
  expect(readOne('signoz', { labels, status: 'resolved' }).note).toContain('no recovery');
});

test.each([
  ['a rule test by its label', { labels: { alertname: 'X', testalert: 'true' } }, {}],
  ['a rule test by its name', { labels: { alertname: 'queue depth_TEST_ALERT' } }, {}],
  ['a channel test by its name', { labels: { alertname: 'Test Alert (oncall-hook)', severity: 'critical' } }, {}],
  [
    'a channel test by its text',
    { labels: { alertname: 'Test' }, annotations: { summary: 'Test alert fired from SigNoz dashboard' } },
    { groupKey: '1' },
  ],
  [
    'a channel test by its group key',
    { labels: { alertname: 'Test' }, fingerprint: 'f1f2' },
    { groupKey: 'hook-f1f2-1758042679' },
  ],
])('marks %s', (_, alert, group) => {
  expect(readOne('signoz', alert, group).test).not.toBeNull();
});

test('marks the tests of SigNoz also on the route of Alertmanager', () => {
  expect(readOne('alertmanager', { labels: { alertname: 'X', testalert: 'true' } }).test).not.toBeNull();
});

test('marks no real alert', () => {
  const group = { groupKey: '{__receiver__="hook"}:{ruleId="a-f1f2-1"}' };
  expect(readOne('signoz', { labels: { alertname: 'Latest Alert' }, fingerprint: 'f1f2' }, group).test).toBeNull();
});
