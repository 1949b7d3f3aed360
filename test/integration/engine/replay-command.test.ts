import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { insertEpisodes } from '../../../src/store/episodes.ts';
import { command } from '../../support/daemon/command.ts';
import { episode } from '../../support/ledger/contract.ts';
import { toyRule } from '../../support/replay/toy-side.ts';
import { temporaryFolder } from '../../support/services/folder.ts';
import { openStore, type Store } from '../store/store.ts';

const MINUTE = 60_000;

let store: Store;
let empty: Store;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;

const rule = (more: object) => toyRule({ guards: { cooldown: '0s', concurrency: 100 }, ...more });

async function rules(name: string, text: string): Promise<string> {
  await mkdir(join(folder.path, name));
  await writeFile(join(folder.path, name, 'things.yaml'), text);
  return join(folder.path, name);
}

beforeAll(async () => {
  [store, empty, folder] = await Promise.all([openStore(2), openStore(2), temporaryFolder('replay')]);
  const openedAt = Date.now() - 60 * MINUTE;
  const was = { openedAt, startsAt: openedAt, status: 'resolved' as const };
  const broken = ['a', 'b', 'c'].map((thing) =>
    episode(thing, { ...was, closedAt: openedAt + 2 * MINUTE, endsAt: openedAt + 2 * MINUTE }),
  );
  await insertEpisodes(store.db, broken, false);
  const config = {
    rules: await rules('rules', stringify({ rules: [rule({})] })),
    remediations: resolve('test/fixtures/toy/remediations'),
  };
  await writeFile(join(folder.path, 'remedyd.yaml'), stringify(config));
  await rules('asking', stringify({ rules: [rule({ mode: 'propose' })] }));
  await rules(
    'broken',
    `rules:\n  - name: thing-broken\n    description: A thing broke.\n    whem: {}\n    mode: sometimes\n`,
  );
});
afterAll(async () => {
  await store[Symbol.asyncDispose]();
  await empty[Symbol.asyncDispose]();
  await folder.remove();
});

const replay = (...argv: readonly string[]) => command(folder.path, store.url, ['replay', ...argv]);
const candidate = (name: string) => ['--rules', join(folder.path, name)];

test('a difference is shown as data, and fails where it is named', async () => {
  const { code, stdout, stderr } = await replay(...candidate('asking'), '--fail-on', 'page-added,ask-added', '--json');
  expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
  expect(JSON.parse(stdout)).toMatchObject({
    alerts: 3,
    recorded: { alerts: 3, incidents: 0, runs: 0, pages: 0 },
    now: { incidents: 3, runs: 3, asked: 0 },
    candidate: { incidents: 3, runs: 0, asked: 3 },
    differences: { 'run-removed': 3, 'ask-added': 3, 'verdict-changed': 3 },
  });
});

test('a difference that is not named is only shown', async () => {
  const { code, stdout, stderr } = await replay(...candidate('asking'), '--fail-on', 'page-added,rule-changed');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/^Replayed 3 alerts from .*Z to .*Z in /);
  expect(stdout).toContain('asks people who were not asked');
});

test('wrong use says what to type', async () => {
  const { code, stdout, stderr } = await replay(...candidate('asking'), '--fail-on', 'pages');
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(/^error: --fail-on knows no 'pages'; use any, or some of rule-changed, /);
});

test('a candidate that cannot be used is refused with every fault at its place', async () => {
  const { code, stdout, stderr } = await replay(...candidate('broken'));
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(/^The candidate cannot be used:\n/);
  expect(stderr).toMatch(/broken\/things\.yaml:4:5: .*whem/);
  expect(stderr).toMatch(/broken\/things\.yaml:5:11: .*mode/);
});

test('an empty record is said to be empty', async () => {
  const { code, stdout, stderr } = await command(folder.path, empty.url, ['replay', ...candidate('asking')]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toContain('No alert is recorded from that time');
});
