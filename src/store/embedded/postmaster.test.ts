import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findBinaries } from './binaries.ts';
import { initCluster, startCluster } from './cluster.ts';
import { runningCluster } from './postmaster.ts';

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'remedyd-data-'));
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

const lockFile = (pid: number) =>
  writeFile(join(dataDir, 'postmaster.pid'), `${pid}\n${dataDir}\n1700000000\n5432\n\n127.0.0.1\n  1 2\nready   \n`);

test('no lock file is no running Postgres', async () => {
  expect(await runningCluster(dataDir)).toBeUndefined();
});

test('a lock file whose process is gone is no running Postgres', async () => {
  await lockFile(2 ** 22 - 1);
  expect(await runningCluster(dataDir)).toBeUndefined();
});

test('a lock file whose process id was used again is no running Postgres', async () => {
  await lockFile(process.pid);
  expect(await runningCluster(dataDir)).toBeUndefined();
});

test('data of another version is refused with what to do', async () => {
  await writeFile(join(dataDir, 'PG_VERSION'), '12\n');
  const binaries = await findBinaries();
  const refusal = /written by Postgres 12, but .* is Postgres \d+.*pg_upgrade.*DATABASE_URL/;
  await expect(initCluster({ binaries, dataDir, password: 'x' })).rejects.toThrow(refusal);
});

test('a folder without data is not started', async () => {
  const binaries = await findBinaries();
  const start = startCluster({ binaries, dataDir, port: 1, logFile: join(dataDir, 'log') });
  await expect(start).rejects.toThrow(/holds no Postgres data/);
});
