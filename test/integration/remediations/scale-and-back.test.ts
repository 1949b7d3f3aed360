import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { type HealedCerniq, startHealedCerniq } from '../../support/daemon/healed-cerniq.ts';
import { createDatabase } from '../../support/services/postgres.ts';

const SERVICE = 'churn-worker';

let world: HealedCerniq;

beforeAll(async () => {
  const postgresUrl = inject('postgresUrl');
  world = await startHealedCerniq({
    cerniqDatabaseUrl: await createDatabase(postgresUrl),
    daemonDatabaseUrl: await createDatabase(postgresUrl),
    redisUrl: inject('redisUrl'),
    services: [SERVICE],
    tellsEvents: false,
    watching: { within: '3s', every: '1s', hold: '1s', allClear: '3s' },
  });
});
afterAll(() => world?.stop());

test('a rush that one worker cannot take gets a second one, and it goes again when the rush has been over', async () => {
  const { cerniq, daemon, pagerduty } = world;
  const instances = async () => (await cerniq.state.processes()).filter(({ name }) => name === SERVICE).length;
  const says = (status: 'firing' | 'resolved') =>
    daemon.event({ name: 'HighChurnQueueBacklog', status, severity: 'MEDIUM', labels: { queue: 'churn' } });
  const ofRule = async (rule: string) => (await daemon.incidents(`rule=${rule}`))[0];
  expect(await instances()).toBe(1);
  const back = await cerniq.faults.workerSlow(SERVICE, { ms: 500 });
  await cerniq.enqueue('churn', 150);

  await says('firing');
  await daemon.until('a second worker', async () => (await instances()) === 2, 90_000);
  await back();
  await says('resolved');
  const rush = await daemon.until(
    'the rush is over',
    async () => {
      const one = await ofRule('churn-queue-backlog');
      return one?.endedAt != null && one;
    },
    60_000,
  );
  expect(rush.runs.map(({ remediation }) => remediation)).toEqual(['queues/unblock']);

  await daemon.until('one worker again', async () => (await instances()) === 1, 60_000);
  const calm = await daemon.until(
    'the all-clear is over',
    async () => {
      const one = await ofRule('queue-calm');
      return one?.state === 'healed' && one;
    },
    60_000,
  );
  expect(calm).toMatchObject({ severity: 'low', alerts: [{ source: 'remedyd', status: 'resolved' }] });
  expect(Date.parse(calm.openedAt) - Date.parse(rush.endedAt ?? '')).toBeGreaterThanOrEqual(3_000);
  expect(pagerduty.incident(calm.id)).toBeUndefined();
}, 240_000);
