import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { USERS } from '../support/cerniq/names.ts';
import { type ObservedCerniq, startObservedCerniq } from '../support/daemon/observed-cerniq.ts';

/** Prometheus sees approvals that nobody has; each goes to whoever answers at its level. */

let world: ObservedCerniq;

beforeAll(async () => {
  world = await startObservedCerniq({
    postgresUrl: inject('postgresUrl'),
    redisUrl: inject('redisUrl'),
    services: [],
  });
});
afterAll(() => world?.stop());

test('overdue approvals of two priorities are one incident, and all are given to somebody', async () => {
  const { cerniq, daemon, pagerduty, slack } = world;
  const high = await cerniq.faults.reviewsOverdue(3, { priority: 'high' });
  const low = await cerniq.faults.reviewsOverdue(2, { priority: 'low', approvalType: 'quality_review' });
  const healed = await daemon.untilState('reviews:approval_tasks', ['healed'], 60_000);
  expect(healed).toMatchObject({
    rule: 'approvals-overdue',
    reason: 'held',
    runs: [{ remediation: 'reviews/escalate-overdue', outcome: 'held' }],
  });
  expect(healed.alerts.map(({ source, name, status }) => `${source} ${name} ${status}`)).toEqual(
    Array(2).fill('alertmanager HITLSlaBreach resolved'),
  );
  for (const id of high.ids) {
    expect(await cerniq.state.approval(id)).toMatchObject({ escalation_level: 1, assigned_to: USERS.teamLead.id });
  }
  for (const id of low.ids) expect(await cerniq.state.approval(id)).toMatchObject({ escalation_level: 1 });
  expect(pagerduty.incidents).toEqual([]);
  await slack.until(() => slack.messages().some(({ text }) => text.startsWith('Healed: HITLSlaBreach')));
});

test('the watchdog of the monitoring arrives again and again and bothers nobody', async () => {
  const { daemon, slack } = world;
  const seen = await daemon.until('the watchdog', async () => {
    const all = await daemon.incidents();
    const watchdogs = all.filter(({ alerts }) => alerts.some(({ name }) => name === 'Watchdog'));
    return watchdogs.length > 0 ? watchdogs : undefined;
  });
  expect(seen).toMatchObject([{ rule: 'unmatched', state: 'ignored' }]);
  expect(slack.messages().filter(({ text }) => text.includes('Watchdog'))).toEqual([]);
});
