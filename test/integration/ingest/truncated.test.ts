import { expect, inject, test } from 'vitest';
import { Secret } from '../../../src/config/secret.ts';
import { type InProcessDaemon, startInProcess, TOKEN } from '../../support/daemon/in-process.ts';
import { startAlertmanager } from '../../support/services/alertmanager.ts';
import { createDatabase } from '../../support/services/postgres.ts';

const ALERTS = 12;

async function daemonWith(alertmanager: Record<string, unknown>): Promise<InProcessDaemon> {
  const auth = { bearer: new Secret(TOKEN, 'test') };
  return startInProcess({
    databaseUrl: await createDatabase(inject('postgresUrl')),
    rules: 'test/fixtures/toy/rules',
    remediations: 'test/fixtures/toy/remediations',
    config: {
      tools: { apis: { toy: { base_url: 'http://127.0.0.1:9' } } },
      sources: { alertmanager: { auth, ...alertmanager } },
    },
  });
}

function group(fingerprints: readonly string[], truncated: number): unknown {
  const alerts = fingerprints.map((fingerprint, i) => {
    const labels = { alertname: 'HostSick', instance: `host-${i}`, severity: 'info' };
    return {
      status: 'firing',
      labels,
      annotations: {},
      startsAt: '2026-11-22T03:00:00Z',
      endsAt: '0001-01-01T00:00:00Z',
      fingerprint,
    };
  });
  return { version: '4', status: 'firing', receiver: 'remedyd', alerts, truncatedAlerts: truncated };
}

test('alerts that a real Alertmanager cuts off are fetched from it', async () => {
  await using alertmanager = await startAlertmanager({
    config: { route: { receiver: 'nobody', group_wait: '1h' }, receivers: [{ name: 'nobody' }] },
  });
  const posted = await fetch(`${alertmanager.url}/api/v2/alerts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(
      Array.from({ length: ALERTS }, (_, i) => {
        return { labels: { alertname: 'HostSick', instance: `host-${i}`, severity: 'info' } };
      }),
    ),
  });
  expect(posted.status).toBe(200);
  const listed = (await (await fetch(`${alertmanager.url}/api/v2/alerts`)).json()) as {
    fingerprint: string;
    labels: { instance: string };
  }[];
  const kept = listed.filter(({ labels }) => labels.instance === 'host-0').map(({ fingerprint }) => fingerprint);

  await using daemon = await daemonWith({ api: { url: alertmanager.url } });
  expect((await daemon.post('/webhooks/alertmanager', group(kept, ALERTS - 1))).status).toBe(200);
  const incidents = await daemon.until('all of them', async () => {
    const found = await daemon.incidents();
    return found.length === ALERTS && found;
  });
  expect(new Set(incidents.flatMap(({ alerts }) => alerts.map(({ fingerprint }) => fingerprint)))).toEqual(
    new Set(listed.map(({ fingerprint }) => fingerprint)),
  );
});

test('without an address to fetch them from, the incident says how many are missing', async () => {
  await using daemon = await daemonWith({});
  await daemon.post('/webhooks/alertmanager', group(['00000000000000aa'], 55));
  const [incident] = await daemon.until('the incident', async () => {
    const found = await daemon.incidents();
    return found.length > 0 && found;
  });
  const { timeline } = await daemon.incident(incident?.id ?? '');
  expect(timeline[0]?.summary).toContain('the sender cut off 55 more alerts');
});
