import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { type HealedCerniq, startHealedCerniq } from '../support/daemon/healed-cerniq.ts';
import { createDatabase } from '../support/services/postgres.ts';
import { takeRedisDatabase } from '../support/services/redis.ts';

/** Cerniq itself tells that a phone is offline; what becomes of it depends on the phone. */

let world: HealedCerniq;

beforeAll(async () => {
  world = await startHealedCerniq({
    cerniqDatabaseUrl: await createDatabase(inject('postgresUrl')),
    daemonDatabaseUrl: await createDatabase(inject('postgresUrl')),
    redisUrl: await takeRedisDatabase(inject('redisUrl')),
    services: ['workers-outreach'],
    watching: { within: '30s', every: '1s', hold: '3s' },
  });
});
afterAll(() => world?.stop());

test('a phone that dropped is reconnected and sends what had waited', async () => {
  const { cerniq, daemon, pagerduty } = world;
  await cerniq.faults.phoneDrops('phone_07');
  await cerniq.enqueue('q:wa:phone_07', 5);
  const healed = await daemon.untilState('phone:phone_07', ['healed'], 40_000);
  expect(healed).toMatchObject({
    rule: 'phone-offline',
    runs: [{ remediation: 'phones/reconnect', outcome: 'held' }],
    alerts: [{ source: 'event', name: 'phone:offline', status: 'resolved' }],
  });
  expect(await cerniq.state.phone('phone_07')).toMatchObject({ status: 'ACTIVE', sendingPaused: false });
  expect(await cerniq.counts('q:wa:phone_07')).toMatchObject({ waiting: 0, completed: 5 });
  expect(pagerduty.incident(healed.id)).toBeUndefined();
});

test('a phone that needs its QR code scanned pages once, says what to do, and is over when it was done', async () => {
  const { cerniq, daemon, pagerduty, slack } = world;
  const scan = await cerniq.faults.phoneNeedsQr('phone_12');
  const handed = await daemon.untilState('phone:phone_12', ['escalated'], 20_000);
  expect(handed).toMatchObject({ reason: 'handed-over', runs: [{ outcome: 'stopped' }] });

  await pagerduty.until(() => pagerduty.incident(handed.id)?.status === 'triggered');
  const page = pagerduty.incident(handed.id);
  expect(page?.summary).toBe("HIGH: phone:offline on phone_12. Phone 'phone_12' needs a QR scan.");
  expect(JSON.stringify(page?.events[0]?.payload?.custom_details)).toContain(
    'scan the QR code with the physical phone',
  );
  const head = await slack.until(() => slack.messages('#incidents').find(({ text }) => text.includes('phone_12')));
  expect(head.text).toContain('Open the TimelinesAI dashboard');
  expect(cerniq.requests.filter((line) => line.includes('/phones/phone_12/reconnect'))).toEqual([]);

  await scan();
  const closed = await daemon.untilState('phone:phone_12', ['closed'], 20_000);
  expect(closed.reason).toBe('source-resolved');
  await pagerduty.until(() => pagerduty.incident(handed.id)?.status === 'resolved');
  expect(pagerduty.events.filter((one) => one.event_action === 'trigger')).toHaveLength(1);
  await slack.until(() => slack.thread('#incidents', head.ts).length > 1);
});
