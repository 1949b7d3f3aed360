import { expect, test } from 'vitest';
import { fixture, read, readOne } from './bodies.ts';

const labels = { alertname: 'High memory', grafana_folder: 'Ops' };

test('reads alerts, and missing data as an alert of its own name', () => {
  const { alerts, receiver } = read('grafana', fixture('grafana-two'));
  expect(receiver).toBe('My + Hook');
  expect(alerts).toMatchObject([
    { source: 'grafana', name: 'High memory', severity: 'high', generatorUrl: '?orgId=1', note: null },
    { name: 'DatasourceNoData', fingerprint: 'c6eadffa33fcdf38', note: "the rule 'High memory' got no data" },
  ]);
});

test.each(['Paused', 'RuleDeleted', 'Updated', 'MissingSeries'])(
  'says that a resolve for %s is no recovery',
  (reason) => {
    const alert = { labels, status: 'resolved', annotations: { grafana_state_reason: reason } };
    expect(readOne('grafana', alert)).toMatchObject({
      status: 'resolved',
      note: `resolved by Grafana for '${reason}', which is no recovery`,
    });
  },
);

test('has nothing to say about an ordinary resolve', () => {
  expect(readOne('grafana', { labels, status: 'resolved' })).toMatchObject({ status: 'resolved', note: null });
});

test.each(['NoData', 'Error'])('says that an alert fires for %s', (reason) => {
  const alert = { labels, status: 'firing', annotations: { grafana_state_reason: reason } };
  expect(readOne('grafana', alert).note).toContain(reason);
});

test('names the rule that could not be evaluated', () => {
  const alert = { labels: { alertname: 'DatasourceError', rulename: 'High memory' } };
  expect(readOne('grafana', alert).note).toBe("the rule 'High memory' could not be evaluated");
});

test.each([
  ['the test button', { labels: { alertname: 'TestAlert', instance: 'Grafana' } }, {}],
  ['a test by its group key', { labels, fingerprint: 'abc' }, { groupKey: 'test-abc-1758042679' }],
  ['a test of a named receiver', { labels, fingerprint: 'abc' }, { groupKey: 'web-hook-abc-1758042679' }],
])('marks %s', (_, alert, group) => {
  expect(readOne('grafana', alert, group).test).not.toBeNull();
});

test("does not take somebody's own rule named TestAlert for a test", () => {
  expect(readOne('grafana', { labels: { alertname: 'TestAlert', instance: 'db-1' } }).test).toBeNull();
});
