import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Pm2, startPm2 } from '../../support/cerniq/pm2.ts';
import { temporaryFolder } from '../../support/services/folder.ts';
import { type OpenToolbox, openToolbox } from '../../support/toolbox.ts';

let pm2: Pm2;
let box: OpenToolbox;
let scripts: Awaited<ReturnType<typeof temporaryFolder>>;

beforeAll(async () => {
  scripts = await temporaryFolder('pm2-scripts');
  const script = join(scripts.path, 'worker.cjs');
  await writeFile(script, 'console.log("up " + process.argv[2]); console.error("oh no"); setInterval(() => {}, 1000);');
  const crash = join(scripts.path, 'crash.cjs');
  await writeFile(crash, 'console.error("Error: heap out of memory"); process.exit(1);');
  const env = { DATABASE_PASSWORD: 'hunter2hunter2' };
  pm2 = await startPm2([
    { name: 'workers', script, args: ['a'], env },
    { name: 'workers-outreach', script, args: ['b'], env },
    { name: 'crashing', script: crash, args: [], env },
  ]);
  const limits = { workers: { min: 1, max: 3 } };
  box = openToolbox({ services: { driver: 'pm2', home: pm2.home, command: pm2.program, scale: limits } });
});
afterAll(async () => {
  await box[Symbol.asyncDispose]();
  await pm2.stop();
  await scripts.remove();
});

test('processes are listed by their exact name', async () => {
  const [one, ...more] = await box.tools.services.list('workers');
  expect(more).toEqual([]);
  expect(one).toMatchObject({ service: 'workers', state: 'running', healthy: null, restarts: 0 });
  expect(one?.startedAt).toBeGreaterThan(1_700_000_000_000);
  expect(await box.tools.services.list('nosuch')).toEqual([]);
  await expect.poll(async () => (await box.tools.services.list('crashing'))[0]?.state).toMatch(/^(stopped|errored)$/);
});

test('a restart starts that process anew and no other', async () => {
  const before = await pm2.list();
  await box.tools.services.restart('workers');
  const after = await pm2.list();
  const pid = (list: typeof before, name: string) => list.find((one) => one.name === name)?.pid;
  expect(pid(after, 'workers')).not.toBe(pid(before, 'workers'));
  expect(pid(after, 'workers-outreach')).toBe(pid(before, 'workers-outreach'));
});

test('the last lines come from both of its logs', async () => {
  await expect.poll(() => box.tools.services.logs('workers', 10)).toEqual(expect.arrayContaining(['up a', 'oh no']));
  expect(await box.tools.services.logs('crashing', 10)).toContain('Error: heap out of memory');
});

test('scaling adds processes and takes them away, within the limits', async () => {
  await box.tools.services.scale('workers', 2);
  expect(await box.tools.services.list('workers')).toHaveLength(2);
  await box.tools.services.scale('workers', 2);
  expect(await box.tools.services.list('workers')).toHaveLength(2);
  await box.tools.services.scale('workers', 1);
  expect(await box.tools.services.list('workers')).toHaveLength(1);
  await expect(box.tools.services.scale('workers', 4)).rejects.toThrow('1 to 3 are allowed');
  await expect(box.tools.services.scale('workers-outreach', 2)).rejects.toThrow('no limits');
});

test.each(['all', '/api/', '0', '1', '--', 'ecosystem.json', 'a b'])('refuses the name %j', async (name) => {
  const before = (await pm2.list()).map((one) => one.pid);
  await expect(box.tools.services.restart(name)).rejects.toThrow('is no name of one service');
  expect((await pm2.list()).map((one) => one.pid)).toEqual(before);
});

test('environments of processes stay where they are', () => {
  expect(JSON.stringify(box.calls)).not.toContain('hunter2');
});

test('no daemon is started where none runs', async () => {
  const empty = await temporaryFolder('no-pm2');
  try {
    await using none = openToolbox({ services: { driver: 'pm2', home: empty.path, command: pm2.program } });
    await expect(none.tools.services.list('workers')).rejects.toThrow(`no PM2 daemon runs in ${empty.path}`);
    await expect(none.tools.services.restart('workers')).rejects.toThrow('no PM2 daemon runs');
    expect(existsSync(join(empty.path, 'pm2.pid'))).toBe(false);
  } finally {
    await empty.remove();
  }
});
