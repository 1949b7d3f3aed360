import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { Secret } from '../../../src/config/secret.ts';
import { type InProcessDaemon, startInProcess } from '../../support/daemon/in-process.ts';
import { startToy, type Toy } from '../../support/daemon/toy.ts';
import { startPagerDuty } from '../../support/fakes/pagerduty/pagerduty.ts';
import { startSlack } from '../../support/fakes/slack/slack.ts';
import { createDatabase } from '../../support/services/postgres.ts';

const KEY = '0123456789abcdef0123456789abcdef';
let toy: Toy;
let slack: Awaited<ReturnType<typeof startSlack>>;
let pagerduty: Awaited<ReturnType<typeof startPagerDuty>>;
let daemon: InProcessDaemon;

beforeAll(async () => {
  toy = await startToy();
  slack = await startSlack({ token: 'xoxb-test' });
  pagerduty = await startPagerDuty({ routingKeys: [KEY] });
  daemon = await startInProcess({
    databaseUrl: await createDatabase(inject('postgresUrl')),
    rules: 'test/fixtures/toy/rules',
    remediations: 'test/fixtures/toy/remediations',
    config: {
      tools: { apis: { toy: { base_url: toy.url } } },
      guards: { backoff: ['0s'] },
      notify: {
        slack: { token: new Secret('xoxb-test', 'test'), api_url: slack.apiUrl, channels: { default: 'C0INCIDENTS' } },
        pagerduty: { routing_key: new Secret(KEY, 'test'), url: `${pagerduty.url}/v2/enqueue` },
      },
    },
  });
});

afterAll(async () => {
  await daemon?.stop();
  await Promise.all([toy?.stop(), slack?.stop(), pagerduty?.stop()]);
});

test('an alert is mended, and believed only when the world is well and the alert gone', async () => {
  const labels = { thing: 'cup' };
  expect((await daemon.event({ name: 'thing:broken', status: 'firing', labels })).status).toBe(200);
  await daemon.untilState('thing:cup', ['verifying']);
  await daemon.event({ name: 'thing:broken', status: 'resolved', labels });
  const healed = await daemon.untilState('thing:cup', ['healed']);
  expect(healed.runs).toMatchObject([{ remediation: 'things/mend', outcome: 'held' }]);
  expect(healed.timelineIntact).toBe(true);
  expect(toy.thing('cup')).toMatchObject({ prepared: 1, mended: 1, unprepared: 0 });
});

test('what cannot be mended is put back, and pages with what was tried', async () => {
  toy.onMend = () => 500;
  await daemon.event({ name: 'thing:broken', status: 'firing', labels: { thing: 'vase' } });
  const handed = await daemon.untilState('thing:vase', ['escalated']);
  expect(handed).toMatchObject({ reason: 'failed', runs: [{ outcome: 'failed' }] });
  expect(toy.thing('vase')).toMatchObject({ prepared: 1, unprepared: 1 });
  await pagerduty.until(() => pagerduty.incident(handed.id)?.status === 'triggered');
  await slack.until(() => slack.messages('C0INCIDENTS').length > 0);
  const figures = await (await fetch(`${daemon.address}/metrics`)).text();
  expect(figures).toContain('remedyd_escalations_total{reason="failed"} 1');
  await daemon.event({ name: 'thing:broken', status: 'resolved', labels: { thing: 'vase' } });
  await daemon.untilState('thing:vase', ['closed']);
  await pagerduty.until(() => pagerduty.incident(handed.id)?.status === 'resolved');
});
