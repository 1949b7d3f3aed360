import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { systemClock } from '../../../src/domain/time.ts';
import { watchPauseFile } from '../../../src/pause/watch.ts';
import type { Handed } from '../../../src/store/outbox.ts';
import { resume, standingPauses } from '../../../src/store/pauses.ts';
import { openOne, openStore, type Store } from './store.ts';

let store: Store;
let folder: string;
let path: string;
const watchers: { stop(): Promise<void> }[] = [];
const told: string[] = [];
const handed: Handed[] = [];

beforeAll(async () => {
  store = await openStore();
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'remedyd-pause-'));
  path = join(folder, 'pause');
  told.length = 0;
  handed.length = 0;
});
afterEach(async () => {
  await Promise.all(watchers.splice(0).map((one) => one.stop()));
  await store.db.run('delete from remedyd.pauses');
  await rm(folder, { recursive: true });
});
afterAll(() => store[Symbol.asyncDispose]());

async function watch(host = 'a-host') {
  const watcher = await watchPauseFile({
    db: store.db,
    clock: systemClock,
    path,
    host,
    handOver: (rows) => handed.push(...rows),
    onPaused: ({ why, fault }) => told.push(fault === null ? `paused: ${why}` : `faulty: ${fault}`),
    onLifted: () => told.push('lifted'),
    onError: ({ message }) => told.push(message),
  });
  watchers.push(watcher);
  return watcher;
}

const standing = async () =>
  (await standingPauses(store.db, Date.now())).map(({ scope, key, owner, why }) => `${scope} ${key} ${owner}: ${why}`);

const stands = (expected: readonly string[]) => expect.poll(standing, { timeout: 5_000 }).toEqual(expected);

test('a file that is there pauses from the first look on, and for as long as it is there', async () => {
  await writeFile(path, 'owner: ana\nwhy: moving\nrule: phone-offline\n');
  await watch();
  expect(await standing()).toEqual(['rule phone-offline ana: moving']);
  await writeFile(path, 'owner: ana\nwhy: moving house\ntarget: phone:phone_07\n');
  await stands(['target phone:phone_07 ana: moving house']);
  await rm(path);
  await stands([]);
  expect(told).toEqual(['paused: moving', 'paused: moving house', 'lifted']);
});

test('a file that appears later pauses, too, and says whose it is', async () => {
  await watch();
  await writeFile(path, '');
  await stands([`global  the file ${path} on a-host: the pause file is there`]);
});

test('several replicas on one host set it once, and those of another host beside it', async () => {
  await writeFile(path, 'hands off');
  await Promise.all([watch(), watch(), watch()]);
  expect(await standing()).toHaveLength(1);
  await watch('b-host');
  expect(await standing()).toHaveLength(2);
  await rm(path);
  await stands([]);
  const rows = await store.db.query('select 1 from remedyd.pauses');
  expect(rows).toHaveLength(2);
});

test('what cannot be read pauses everything, loudly', async () => {
  await mkdir(path);
  await watch();
  expect(await standing()).toEqual([expect.stringContaining('it cannot be read: EISDIR')]);
  expect(told).toEqual([expect.stringContaining('faulty: it cannot be read: EISDIR')]);
  await rm(path, { recursive: true });
  await stands([]);
});

test('a pause whose file went away while nobody looked is lifted at the next start', async () => {
  await writeFile(path, 'hands off');
  const first = await watch();
  await first.stop();
  await rm(path);
  expect(await standing()).toHaveLength(1);
  await watch();
  expect(await standing()).toEqual([]);
});

test('resuming by hand is not enough while the file is there', async () => {
  await writeFile(path, 'hands off');
  await watch();
  const place = { scope: 'global', key: '' } as const;
  const resumed = await store.db.transaction((sql) => resume(sql, place, 'ana', Date.now()));
  expect(resumed).toMatchObject({ lifted: 1, files: [`a-host:${path}`] });
  expect(await standing()).toEqual([]);
  await stands([expect.stringContaining('hands off')]);
});

test('what it held is decided again when it is gone', async () => {
  await writeFile(path, 'hands off');
  await watch();
  const now = Date.now();
  const incident = await openOne(store.db, 'cup', { state: 'held', reason: 'paused', askAt: now + 60_000 });
  await store.db.run(
    `insert into remedyd.outbox (kind, incident_id, data, due_at, created_at) values ('decide', $1, '{}', $2, $3)`,
    [incident.id, new Date(now + 60_000), new Date(now)],
  );
  await rm(path);
  await expect.poll(() => handed, { timeout: 5_000 }).toEqual([expect.objectContaining({ kind: 'decide' })]);
});
