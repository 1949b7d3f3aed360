import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { stopCluster } from '../../../src/store/embedded/cluster.ts';
import { type SpawnedDaemon, spawnDaemon } from '../../support/daemon/spawned.ts';

const folders: string[] = [];

afterEach(async () => {
  for (const folder of folders.splice(0)) {
    await stopCluster({ dataDir: join(folder, 'data', 'postgres'), mode: 'immediate' }).catch(() => undefined);
    await rm(folder, { recursive: true, force: true });
  }
});

async function start(folder?: string): Promise<SpawnedDaemon> {
  const daemon = await spawnDaemon({
    rules: 'test/fixtures/toy/rules',
    remediations: 'test/fixtures/toy/remediations',
    config: { tools: { apis: { toy: { base_url: 'http://127.0.0.1:9' } } } },
    ...(folder === undefined ? {} : { folder }),
  });
  folders.push(daemon.folder);
  return daemon;
}

test('without a database it runs its own, which survives SIGKILL and a restart on the same data', async () => {
  const first = await start();
  await first.event({ name: 'hello:world', status: 'firing', severity: 'LOW', test: true });
  const [seen] = await first.until('the incident', async () => {
    const found = await first.incidents('state=ignored');
    return found.length > 0 && found;
  });
  await first.end('SIGKILL');

  const second = await start(first.folder);
  expect(second.output()).toContain('adopted the Postgres');
  expect((await second.incidents()).map((one) => one.id)).toEqual([seen?.id]);
  expect(await second.end('SIGTERM')).toBe(0);

  const third = await start(first.folder);
  expect(third.output()).not.toContain('adopted');
  expect((await third.incidents()).map((one) => one.id)).toEqual([seen?.id]);
  expect(await third.end('SIGINT')).toBe(0);
});

test('two daemons on one folder: the second says who is there and what to do, and the first goes on', async () => {
  const first = await start();
  await expect(start(first.folder)).rejects.toThrow(
    new RegExp(`Another remedyd \\(pid ${first.pid}\\) already runs on .*DATABASE_URL`),
  );
  expect((await first.get<{ ready: boolean }>('/api/status')).ready).toBe(true);
  expect(await first.end('SIGTERM')).toBe(0);
});
