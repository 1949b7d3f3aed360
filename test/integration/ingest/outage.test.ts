import { expect, test } from 'vitest';
import { Secret } from '../../../src/config/secret.ts';
import { startInProcess, TOKEN } from '../../support/daemon/in-process.ts';
import { startPostgres } from '../../support/services/postgres.ts';

test('P1: 503 with Retry-After while nothing can be stored, 200 and stored afterwards, and nothing twice', async () => {
  await using postgres = await startPostgres();
  await using daemon = await startInProcess({
    databaseUrl: await postgres.createDatabase(),
    rules: 'test/fixtures/toy/rules',
    remediations: 'test/fixtures/toy/remediations',
    config: {
      tools: { apis: { toy: { base_url: 'http://127.0.0.1:9' } } },
      api: { token: new Secret(TOKEN, 'test') },
      unmatched: { high: 'record' },
    },
  });
  const event = { name: 'thing:strange', status: 'firing', severity: 'HIGH', labels: { a: 'b' } } as const;
  await postgres.kill();
  const refused = await daemon.event(event);
  expect(refused.status).toBe(503);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(await refused.json()).toMatchObject({ error: { code: 'cannot-commit' } });
  const ready = await fetch(`${daemon.address}/readyz`);
  expect(ready.status).toBe(503);
  expect(((await ready.json()) as { failing: string[] }).failing).toContain('database');
  expect((await fetch(`${daemon.address}/healthz`)).status).toBe(200);

  await postgres.restart();
  await daemon.until('it to be taken', async () => (await daemon.event(event)).status === 200);
  await daemon.event(event);
  const incidents = await daemon.until('the incident', async () => {
    const all = await daemon.incidents();
    return all.length > 0 && all;
  });
  expect(incidents).toHaveLength(1);
}, 60_000);
