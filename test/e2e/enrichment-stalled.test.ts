import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { type ObservedCerniq, startObservedCerniq } from '../support/daemon/observed-cerniq.ts';

/** Prometheus sees that nothing is enriched, Alertmanager tells, remedyd heals, Alertmanager resolves. */

let world: ObservedCerniq;

beforeAll(async () => {
  world = await startObservedCerniq({
    postgresUrl: inject('postgresUrl'),
    redisUrl: inject('redisUrl'),
    services: ['cerniq-workers-enrichment'],
  });
});
afterAll(() => world?.stop());

test('a breaker that is stuck open is closed, and the page that went out at once is resolved', async () => {
  const { cerniq, daemon, pagerduty } = world;
  await cerniq.faults.circuitStuckOpen('anaf');
  await cerniq.enqueue('silver:enrich:anaf-fiscal-status', 20);
  const healed = await daemon.untilState('source:anaf', ['healed'], 60_000);
  expect(healed).toMatchObject({
    rule: 'enrichment-stalled',
    severity: 'critical',
    reason: 'held',
    runs: [{ remediation: 'enrichment/unstall', outcome: 'held' }],
    alerts: [{ source: 'alertmanager', name: 'EnrichmentStalled', status: 'resolved' }],
    timelineIntact: true,
  });
  expect(await cerniq.state.circuit('anaf')).toBe(null);
  expect(await cerniq.counts('silver:enrich:anaf-fiscal-status')).toMatchObject({ waiting: 0, completed: 20 });
  await pagerduty.until(() => pagerduty.incident(healed.id)?.status === 'resolved');
  expect(pagerduty.events.filter((one) => one.event_action === 'trigger')).toHaveLength(1);
});

test('workers that hang are restarted, and take up what they held', async () => {
  const { cerniq, daemon } = world;
  const [before] = await cerniq.state.processes();
  await cerniq.faults.workerHangs('cerniq-workers-enrichment');
  await cerniq.enqueue('silver:enrich:termene-company', 20);
  const healed = await daemon.untilState('source:termene', ['healed'], 60_000);
  expect(healed).toMatchObject({
    rule: 'enrichment-stalled',
    runs: [{ remediation: 'enrichment/unstall', outcome: 'held' }],
  });
  const [after] = await cerniq.state.processes();
  expect(after?.startedAt).toBeGreaterThan(before?.startedAt ?? Number.POSITIVE_INFINITY);
  expect(await cerniq.counts('silver:enrich:termene-company')).toMatchObject({ waiting: 0, active: 0, completed: 20 });
});
