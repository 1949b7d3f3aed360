import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { type ObservedCerniq, startObservedCerniq } from '../support/daemon/observed-cerniq.ts';

/** Workers that hang again after every restart: remedyd tries, finds that it did not help, and hands over with evidence. */

const QUEUE = 'bronze:ingest:csv';
const SERVICE = 'cerniq-workers-ingest';

let world: ObservedCerniq;

beforeAll(async () => {
  world = await startObservedCerniq({
    postgresUrl: inject('postgresUrl'),
    redisUrl: inject('redisUrl'),
    services: [SERVICE],
    tellsEvents: false,
    watching: { within: '8s', every: '1s', hold: '3s' },
  });
});
afterAll(() => world?.stop());

test('a repair that does not help pages with what was tried and seen, and ends when a person has repaired it', async () => {
  const { cerniq, daemon, pagerduty, slack } = world;
  const repairByHand = await cerniq.faults.workerHangs(SERVICE, { sticky: true });
  await cerniq.enqueue(QUEUE, 1_100);
  const handed = await daemon.untilState(`queue:${QUEUE}`, ['escalated'], 90_000);
  expect(handed).toMatchObject({
    rule: 'queue-backlog',
    reason: 'ineffective',
    runs: [{ remediation: 'queues/unblock', outcome: 'ineffective' }],
    alerts: [{ source: 'alertmanager', name: 'HighQueueDepth', status: 'firing' }],
  });

  await pagerduty.until(() => pagerduty.incident(handed.id)?.status === 'triggered');
  const details = JSON.stringify(pagerduty.incident(handed.id)?.events[0]?.payload?.custom_details);
  expect(details).toContain('queues/unblock: carried out, did not help');
  expect(details).toContain('restart-workers: done');
  expect(details).toContain('probe of queues/unblock: healthy: false');
  expect(details).toContain('Do not simply repeat the repair');
  const head = await slack.until(() => slack.messages('#incidents').find(({ text }) => text.includes(QUEUE)));
  expect(head.text).toContain('The automatic repair did not help');
  expect(handed.evidence.some(({ data }) => JSON.stringify(data).includes('is up, start number'))).toBe(true);

  await repairByHand();
  const closed = await daemon.untilState(`queue:${QUEUE}`, ['closed'], 60_000);
  expect(closed).toMatchObject({ reason: 'source-resolved', timelineIntact: true, runs: [{ outcome: 'ineffective' }] });
  await pagerduty.until(() => pagerduty.incident(handed.id)?.status === 'resolved');
  expect(pagerduty.events.map(({ event_action }) => event_action)).toEqual(['trigger', 'resolve']);
  await slack.until(() => slack.thread('#incidents', head.ts).some(({ text }) => text.startsWith('Over: ')));
});
