import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Cerniq, startCerniq } from '../../support/cerniq/cerniq.ts';
import { prometheusConfig, shippedRules, shortenRules } from '../../support/cerniq/monitoring.ts';
import { type PostgresServer, startPostgres } from '../../support/services/postgres.ts';
import { type Monitor, startPrometheus } from '../../support/services/prometheus.ts';
import { type RedisServer, startRedis } from '../../support/services/redis.ts';

let postgres: PostgresServer;
let redis: RedisServer;
let cerniq: Cerniq;
let prometheus: Monitor;

beforeAll(async () => {
  [postgres, redis] = await Promise.all([startPostgres(), startRedis()]);
  cerniq = await startCerniq({
    postgresUrl: await postgres.createDatabase(),
    redisUrl: await redis.takeDatabase(),
    services: ['cerniq-workers-enrichment'],
  });
  prometheus = await startPrometheus({
    config: prometheusConfig(cerniq, { interval: '250ms', alertmanagers: [] }),
    files: { 'rules.yml': shortenRules(await shippedRules(), { factor: 600, rangeAtLeast: 1_000 }) },
  });
});
afterAll(async () => {
  await prometheus?.stop();
  await cerniq?.stop();
  await Promise.all([postgres?.stop(), redis?.stop()]);
});

interface Fired {
  readonly labels: Readonly<Record<string, string>>;
  readonly state: string;
}

async function firing(name: string): Promise<readonly Fired['labels'][]> {
  const answer = await fetch(`${prometheus.url}/api/v1/alerts`);
  const { data } = (await answer.json()) as { data: { alerts: readonly Fired[] } };
  return data.alerts
    .filter(({ labels, state }) => labels.alertname === name && state === 'firing')
    .map(({ labels }) => labels);
}
const soon = { timeout: 15_000, interval: 100 };

test('every shipped rule evaluates without error', async () => {
  const health = async () => {
    const answer = await fetch(`${prometheus.url}/api/v1/rules?type=alert`);
    const { data } = (await answer.json()) as { data: { groups: { rules: { health: string }[] }[] } };
    return new Set(data.groups.flatMap(({ rules }) => rules.map((rule) => rule.health)));
  };
  await expect.poll(health, soon).toEqual(new Set(['ok']));
});

test('EnrichmentStalled names queue and source, and ends when enrichment moves again', async () => {
  const queue = 'silver:enrich:anaf-fiscal-status';
  const back = await cerniq.faults.circuitStuckOpen('anaf');
  await cerniq.enqueue(queue, 3);
  await expect
    .poll(() => firing('EnrichmentStalled'), soon)
    .toMatchObject([{ queue, source: 'anaf', severity: 'critical' }]);
  await back();
  await expect.poll(() => firing('EnrichmentStalled'), soon).toEqual([]);
});

test('HITLSlaBreach names type and priority, and ends when somebody has the tasks', async () => {
  const { ids, back } = await cerniq.faults.reviewsOverdue(2, { priority: 'high' });
  const labels = { approval_type: 'dedup_review', priority: 'high' };
  await expect.poll(() => firing('HITLSlaBreach'), soon).toMatchObject([labels]);
  for (const id of ids) {
    await fetch(`${cerniq.url}/api/v1/approvals/${id}/escalate`, {
      method: 'POST',
      headers: { authorization: `Bearer ${cerniq.adminToken}` },
      body: JSON.stringify({ escalateTo: 'manager', reason: 'SLA breach' }),
    });
  }
  await expect.poll(() => firing('HITLSlaBreach'), soon).toEqual([]);
  await back();
});

test('HighQueueDepth follows the queues', async () => {
  await cerniq.enqueue('bronze:ingest:csv', 1_001);
  await expect.poll(() => firing('HighQueueDepth'), soon).toMatchObject([{ queue: 'bronze:ingest:csv' }]);
  await cerniq.queues.open('bronze:ingest:csv').drain();
  await expect.poll(() => firing('HighQueueDepth'), soon).toEqual([]);
});

test('WorkerDown names the service that is gone', async () => {
  const gone = async () => (await firing('WorkerDown')).map(({ service }) => service);
  await expect.poll(gone, soon).toContain('cerniq-workers-ingest');
  expect(await gone()).not.toContain('cerniq-workers-enrichment');
  const back = await cerniq.faults.workerCrashes('cerniq-workers-enrichment');
  await expect.poll(gone, soon).toContain('cerniq-workers-enrichment');
  await back();
  await expect.poll(gone, soon).not.toContain('cerniq-workers-enrichment');
});
