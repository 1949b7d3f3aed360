import { fastify } from 'fastify';
import { expect, inject, test } from 'vitest';
import { startInProcess } from '../../support/daemon/in-process.ts';
import { createDatabase } from '../../support/services/postgres.ts';

test('a health endpoint that fails raises an incident on the same path, and passing ends it', async () => {
  const api = fastify({ forceCloseConnections: true });
  let healthy = true;
  api.get('/health', async () => ({ status: healthy ? 'healthy' : 'degraded' }));
  const url = await api.listen({ host: '127.0.0.1', port: 0 });
  await using daemon = await startInProcess({
    databaseUrl: await createDatabase(inject('postgresUrl')),
    rules: 'test/fixtures/toy/rules',
    remediations: 'test/fixtures/toy/remediations',
    config: {
      tools: { apis: { toy: { base_url: 'http://127.0.0.1:9' } } },
      unmatched: { critical: 'page' },
      probes: [
        {
          name: 'api',
          kind: 'http',
          url: `${url}/health`,
          expect: { json: { status: 'healthy' } },
          every: '1s',
          jitter: '0s',
          timeout: '1s',
          fail_after: 2,
          pass_after: 1,
          severity: 'critical',
        },
      ],
    },
  });
  healthy = false;
  const [incident] = await daemon.until('the probe raises it', async () => {
    const found = await daemon.incidents('state=escalated');
    return found.length > 0 && found;
  });
  expect(incident).toMatchObject({
    severity: 'critical',
    reason: 'unmatched',
    alerts: [{ source: 'probe', name: 'HealthProbeFailing', status: 'firing', labels: { probe: 'api' } }],
  });
  healthy = true;
  await daemon.until('the probe resolves it', async () => (await daemon.incidents('state=closed')).length === 1);
  await api.close();
});
