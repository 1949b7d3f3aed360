import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Engine, startEngine } from '../engine/engine.ts';

let engine: Engine;

beforeAll(async () => {
  engine = await startEngine({
    rules: `rules:
  - name: anything
    description: Takes every alert, so that nothing but its mark can keep a test away.
    when: { match: ['alertname=~".*"'] }
    mode: auto
    severity: high
    do: [{ remediation: things/mend, with: { thing: { label: thing, default: tested } } }]
    guards: { cooldown: 0s, budget: { runs: 1000, per: 1h }, concurrency: 100 }
`,
  });
});
afterAll(() => engine[Symbol.asyncDispose]());

const group = (labels: object, annotations: object = {}, more: object = {}) => ({
  version: '4',
  status: 'firing',
  groupKey: '{}:{}',
  alerts: [{ status: 'firing', labels, annotations, startsAt: '2026-01-01T10:00:00Z', ...more }],
});

describe('P14: a test of the alerting never remediates', () => {
  test.each([
    ['SigNoz rule', '/webhooks/signoz', group({ alertname: 'X_TEST_ALERT', testalert: 'true' })],
    [
      'SigNoz channel',
      '/webhooks/signoz',
      group({ alertname: 'Test Alert (c)', severity: 'critical' }, { summary: 'Test alert fired from SigNoz' }),
    ],
    ['Grafana', '/webhooks/grafana', group({ alertname: 'TestAlert', instance: 'Grafana' })],
    [
      'Alertmanager',
      '/webhooks/alertmanager',
      { ...group({ alertname: 'Test' }, {}, { fingerprint: 'fee2' }), groupKey: 'channel-fee2-1700000000' },
    ],
    ['own event', '/webhooks/event', { name: 'test:event', status: 'firing', severity: 'HIGH', test: true }],
  ])('of %s', async (_, route, body) => {
    const { daemon } = engine;
    const before = (await daemon.incidents()).length;
    expect((await daemon.post(route, body)).status).toBe(200);
    const [incident] = await daemon.until('the incident of the test', async () => {
      const all = await daemon.incidents('state=ended');
      return all.length > before && all;
    });
    expect(incident).toMatchObject({ rule: 'unmatched', state: 'ignored', reason: 'test-alert', runs: [] });
    expect(engine.toy.things.get('tested')).toBeUndefined();
  });
});

test('P1: a test neither hides the real thing nor ends it', async () => {
  const { daemon, toy } = engine;
  toy.thing('lamp').healthy = false;
  const event = { name: 'thing:dark', severity: 'HIGH', labels: { thing: 'lamp' } };
  await daemon.event({ ...event, status: 'firing', test: true });
  await daemon.event({ ...event, status: 'firing' });
  const open = await daemon.untilState('thing:lamp', ['verifying']);
  expect(open.runs).toHaveLength(1);
  await daemon.event({ ...event, status: 'resolved', test: true });
  const [after] = await daemon.incidents('target=thing:lamp');
  expect(after?.alerts).toMatchObject([{ status: 'firing' }]);
  await daemon.event({ ...event, status: 'resolved' });
  await daemon.untilState('thing:lamp', ['healed']);
});
