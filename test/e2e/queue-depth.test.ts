import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { type ObservedCerniq, startObservedCerniq } from '../support/daemon/observed-cerniq.ts';

/** Two alerts of one cause: the workers of a queue crash, so it grows, and so they do not answer. */

const QUEUE = 'bronze:ingest:csv';
const SERVICE = 'cerniq-workers-ingest';

let world: ObservedCerniq;

beforeAll(async () => {
  world = await startObservedCerniq({
    postgresUrl: inject('postgresUrl'),
    redisUrl: inject('redisUrl'),
    services: [SERVICE],
    // Prometheus alone has to see it here.
    tellsEvents: false,
  });
});
afterAll(() => world?.stop());

test('crashed workers are started again, the queue is worked off, and both alerts end', async () => {
  const { cerniq, daemon, pagerduty } = world;
  await cerniq.faults.workerCrashes(SERVICE);
  await cerniq.enqueue(QUEUE, 1_200);

  const worker = await daemon.untilState(`service:${SERVICE}`, ['healed', 'closed'], 60_000);
  expect(worker).toMatchObject({ rule: 'worker-down', severity: 'critical' });
  expect(new Set(worker.alerts.map(({ name, status }) => `${name} ${status}`))).toEqual(
    new Set(['WorkerDown resolved']),
  );
  // Critical: somebody is told at once, and told again that it is over.
  await pagerduty.until(() => pagerduty.incident(worker.id)?.status === 'resolved');

  const queue = await daemon.untilState(`queue:${QUEUE}`, ['healed', 'closed'], 60_000);
  expect(queue).toMatchObject({
    rule: 'queue-backlog',
    alerts: [{ source: 'alertmanager', name: 'HighQueueDepth', status: 'resolved' }],
  });
  expect(pagerduty.incident(queue.id)).toBeUndefined();

  expect([...worker.runs, ...queue.runs].map(({ outcome }) => outcome)).toContain('held');
  expect(await cerniq.counts(QUEUE)).toMatchObject({ waiting: 0, active: 0, completed: 1_200 });
});
