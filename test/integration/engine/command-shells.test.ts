import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { stringify } from 'yaml';
import { command } from '../../support/daemon/command.ts';
import { temporaryFolder } from '../../support/services/folder.ts';
import { createDatabase } from '../../support/services/postgres.ts';

/** A rule with two tests: one that comes true, and one that does not. */
const RULES = `rules:
  - name: thing
    description: A thing is broken.
    when: { match: ['alertname="ThingBroken"'] }
    severity: high
    mode: auto
    do: [{ remediation: things/mend, with: { thing: { label: thing } } }]
    escalate: { policy: oncall, after: 15m }
`;

const TESTS = `alerts:
  one: { name: ThingBroken, labels: { thing: one } }
tests:
  - name: it runs
    steps:
      - { at: 0s, fires: one, expect: { state: running, verdict: run } }
  - name: it pages
    steps:
      - { at: 0s, fires: one }
      - { at: 1m, expect: { pages: 2 } }
`;

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let databaseUrl: string;

beforeAll(async () => {
  folder = await temporaryFolder('shells');
  databaseUrl = await createDatabase(inject('postgresUrl'));
  const config = {
    rules: resolve('test/fixtures/toy/rules'),
    remediations: resolve('test/fixtures/toy/remediations'),
    tools: { apis: { toy: { base_url: 'http://127.0.0.1:9' } } },
  };
  await writeFile(join(folder.path, 'remedyd.yaml'), stringify(config));
  await mkdir(join(folder.path, 'rules'));
  await writeFile(join(folder.path, 'rules', 'things.yaml'), RULES);
  await writeFile(join(folder.path, 'rules', 'things.test.yaml'), TESTS);
});
afterAll(() => folder.remove());

const run = (...argv: readonly string[]) => command(folder.path, databaseUrl, argv);

test('migrate brings an empty database up to date, and again changes nothing', async () => {
  const first = await run('migrate');
  expect(first).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Ran \S.*\.\n$/), stderr: '' });
  expect(await run('migrate')).toMatchObject({ code: 0, stdout: 'The schema is up to date.\n', stderr: '' });
});

test('check says where each fault is, in the form that terminals make clickable', async () => {
  const { code, stdout } = await run('check', '--rules', 'test/fixtures/broken-rules');
  expect(code).toBe(1);
  const lines = stdout.trimEnd().split('\n');
  const last = lines.pop();
  expect(lines).toContainEqual(expect.stringMatching(/broken-rules\/02-syntax\.yaml:3:44: Missing closing "quote — /));
  expect(lines.filter((line) => !/^\S+\.ya?ml:\d+:\d+: \S/.test(line))).toEqual([]);
  expect(last).toBe(`${lines.length} faults.`);
});

test('test tells the story of what failed, and is content with what did not', async () => {
  const rules = join(folder.path, 'rules');
  const failed = await run('test', rules);
  expect(failed.code).toBe(1);
  const story = failed.stdout.split('\n').map((line) => line.replaceAll(`${rules}/`, '').trim());
  expect(story).toContain('FAILED  it pages  (things.test.yaml:7)');
  expect(story).toContain('things.test.yaml:10:29: expected pages 2, found 0');
  expect(story).toContainEqual(expect.stringMatching(/^0 s > fires: one$/));
  expect(story).toContainEqual(
    expect.stringMatching(/^0 s {3}thing thing:one {2}running \(admitted\) +Runs things\/mend/),
  );
  expect(story).toContainEqual(expect.stringMatching(/^1 min ✗ expected pages 2, found 0 \(line 10\)$/));
  expect(story.at(-2)).toMatch(/^1 passed, 1 failed, in \d+ ms\.$/);

  const good = await run('test', rules, '--filter', 'it runs');
  expect(good).toMatchObject({ code: 0, stdout: expect.stringMatching(/^1 passed, 0 failed, in \d+ ms\.\n$/) });
});

test('what is paused, for a rule and on a target, stands in the status until it is resumed', async () => {
  const rule = await run('pause', '--rule', 'thing-broken', '--why', 'being repaired');
  expect(rule).toMatchObject({
    code: 0,
    stdout: 'Paused rule thing-broken until it is resumed: being repaired\n',
    stderr: '',
  });
  const target = await run('pause', '--target', 'thing:vase', '--why', 'being painted');
  expect(target).toMatchObject({ code: 0, stdout: expect.stringContaining('Paused target thing:vase ') });
  const both = await paused();
  expect(both).toHaveLength(2);
  expect(both).toContainEqual({ scope: 'rule', key: 'thing-broken', why: 'being repaired', until: null });
  expect(both).toContainEqual({ scope: 'target', key: 'thing:vase', why: 'being painted', until: null });

  expect(await run('resume', '--rule', 'thing-broken')).toMatchObject({
    code: 0,
    stdout: 'Resumed rule thing-broken\n',
  });
  expect((await paused()).map(({ key }) => key)).toEqual(['thing:vase']);
  expect(await run('resume', '--target', 'thing:vase')).toMatchObject({
    code: 0,
    stdout: 'Resumed target thing:vase\n',
  });
  expect(await paused()).toEqual([]);
});

/** The standing pauses, as the status says them. */
async function paused(): Promise<readonly { scope: string; key: string; why: string; until: number | null }[]> {
  const { pauses } = JSON.parse((await run('status', '--json')).stdout) as {
    pauses: Awaited<ReturnType<typeof paused>>;
  };
  return pauses.map(({ scope, key, why, until }) => ({ scope, key, why, until }));
}
