import { expect, test } from 'vitest';
import { ownFiring, ownResolved } from '../../../src/domain/own-alert.ts';

const STORM = {
  key: 'phone-offline',
  name: 'Storm',
  severity: 'high',
  labels: { rule: 'phone-offline' },
  summary: '12 phones',
} as const;

test('every word on one thing is one alert, and other things are others', () => {
  const first = ownFiring(STORM, 1_000);
  expect(ownFiring({ ...STORM, labels: {}, summary: '13 phones' }, 2_000).fingerprint).toBe(first.fingerprint);
  expect(ownResolved(STORM, 3_000)).toMatchObject({
    fingerprint: first.fingerprint,
    status: 'resolved',
    endsAt: 3_000,
  });
  expect(ownFiring({ ...STORM, key: 'queue-backlog' }, 1_000).fingerprint).not.toBe(first.fingerprint);
  expect(ownFiring({ ...STORM, name: 'Calm' }, 1_000).fingerprint).not.toBe(first.fingerprint);
});

test('rules can match it like any other, and its labels cannot pass for another name', () => {
  const alert = ownFiring({ ...STORM, labels: { alertname: 'Other', rule: 'r' } }, 1_000);
  expect(alert.labels).toEqual({ alertname: 'Storm', severity: 'high', rule: 'r' });
  expect(alert).toMatchObject({ source: 'remedyd', status: 'firing', severity: 'high', test: null });
});
