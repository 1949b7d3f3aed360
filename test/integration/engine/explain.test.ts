import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { loadRemediations } from '../../../src/remediation/registry.ts';
import { setPause } from '../../../src/store/pauses.ts';
import { command } from '../../support/daemon/command.ts';
import { temporaryFolder } from '../../support/services/folder.ts';
import { type Engine, MEND, rule, startEngine } from './engine.ts';

let engine: Engine;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;

beforeAll(async () => {
  engine = await startEngine({ alone: true });
  folder = await temporaryFolder('explain');
  const config = {
    rules: resolve('test/fixtures/toy/rules'),
    remediations: resolve('test/fixtures/toy/remediations'),
    tools: { apis: { toy: { base_url: engine.toy.url } } },
  };
  await writeFile(join(folder.path, 'remedyd.yaml'), stringify(config));
});
afterAll(async () => {
  await engine[Symbol.asyncDispose]();
  await folder.remove();
});

const run = (...argv: readonly string[]) => command(folder.path, engine.databaseUrl, argv);

async function payload(body: object): Promise<string> {
  const file = join(folder.path, 'payload.json');
  await writeFile(file, JSON.stringify(body));
  return file;
}

const alertmanager = (labels: Record<string, string>) => ({
  version: '4',
  status: 'firing',
  receiver: 'remedyd',
  alerts: [{ status: 'firing', labels, annotations: {}, startsAt: '2026-11-22T03:00:00Z', fingerprint: 'aa11' }],
});

test('explain says which rule takes the alert, what every guardrail says, and the verdict', async () => {
  const file = await payload(alertmanager({ alertname: 'thing:broken', thing: 'cup' }));
  const { code, stdout } = await run('explain', file);
  expect(code).toBe(0);
  expect(stdout).toContain('matches  thing-broken');
  expect(stdout).toContain('RUNS (admitted): Every guardrail let the run start.');
  expect(stdout).toContain('would run  things/mend on thing cup with thing="cup"');
  // It has only looked.
  expect(await engine.daemon.incidents()).toEqual([]);
  expect(engine.toy.thing('cup')).toMatchObject({ looked: 0, mended: 0 });
});

test('explain knows what the live database knows', async () => {
  const pause = { id: 'pau-x', scope: 'target', key: 'thing:vase', owner: 'ana', why: 'being painted' } as const;
  await setPause(engine.daemon.db, { ...pause, setAt: Date.now(), until: null });
  const file = await payload({ name: 'thing:broken', status: 'firing', labels: { thing: 'vase' } });
  const { stdout } = await run('explain', file, '--json');
  const { source, history, alerts } = JSON.parse(stdout);
  expect({ source, history }).toEqual({ source: 'event', history: true });
  expect(alerts[0].decision).toMatchObject({
    verdict: 'held',
    reason: 'paused',
    changes: ['paused: remedyd resume --target thing:vase'],
  });
});

test('explain says what the nearest rule misses, and what is wrong with a payload', async () => {
  const { stdout } = await run('explain', await payload(alertmanager({ alertname: 'thing:unknown' })));
  expect(stdout).toContain('the alert has "thing:unknown"');
  expect(stdout).toContain('no rule matches: write one, or correct the nearest');
  const missing = await run('explain', await payload(alertmanager({ alertname: 'thing:broken' })));
  expect(missing.stdout).toContain("the alert has no label 'thing' for 'thing'");
  expect(await run('explain', '/nonexistent')).toMatchObject({ code: 1, stderr: expect.stringContaining('ENOENT') });
  expect(await run('explain', await payload({}), '--source', 'nagios')).toMatchObject({ code: 2 });
});

test('without a database it explains without history, and says so', async () => {
  const file = await payload(alertmanager({ alertname: 'thing:broken', thing: 'cup' }));
  const { code, stdout } = await command(folder.path, 'postgres://nobody@127.0.0.1:9/none', ['explain', file]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^Without history \(.+\): guardrails answer as if nothing had happened yet\./);
  expect(stdout).toContain('RUNS (admitted)');
});

test('why says from the history what held an incident, and what would be decided now; the API says the same', async () => {
  await engine.daemon.event({ name: 'thing:broken', status: 'firing', labels: { thing: 'vase' } });
  const held = await engine.daemon.untilState('thing:vase', ['held']);
  const { code, stdout } = await run('why', held.id);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^thing-broken on thing vase is held \(paused\), opened .+ ago\. A person is paged at /);
  expect(stdout).toContain('WAITS (paused): target thing:vase is paused by ana until it is resumed: being painted.');
  expect(stdout).toContain('  - paused: remedyd resume --target thing:vase');
  expect(stdout).toContain('Decided now it would be the same. It would run things/mend on thing vase');
  const { explanation } = (await engine.daemon.incident(held.id)) as unknown as { explanation: object };
  expect(explanation).toMatchObject({
    decided: { verdict: 'held', reason: 'paused', changes: ['paused: remedyd resume --target thing:vase'] },
    present: { verdict: 'held', plan: { remediation: 'things/mend', params: { thing: 'vase' } } },
  });
  const { decided, present } = JSON.parse((await run('why', held.id, '--json')).stdout);
  expect(decided).toEqual((explanation as { decided: object }).decided);
  expect(present.reason).toBe('paused');
});

test('why of what nobody knows is an exit code', async () => {
  expect(await run('why', 'inc-none')).toMatchObject({ code: 1, stdout: 'No incident is called inc-none\n' });
});

test('P4, P11: what is held because a canary cannot be reached is explained so by the service, now too', async () => {
  const toy = await loadRemediations('test/fixtures/toy/remediations');
  const countable = [...toy].map(([name, one]) => [name, { ...one, population: async () => 100 }] as const);
  const guards =
    'guards: { cooldown: 0s, budget: { runs: 9, per: 1h }, concurrency: 9, common_cause: { after: 1, within: 10m, peers_percent: 90 } }';
  await using blind = await startEngine({
    alone: true,
    rules: `rules:\n${rule('things', 'thing:broken', MEND, guards)}`,
    remediations: new Map(countable),
    config: { canaries: [{ name: 'nowhere', tcp: '127.0.0.1:9' }] },
  });
  const { daemon } = blind;
  await daemon.event(['cup', 'vase'].map((thing) => ({ name: 'thing:broken', status: 'firing', labels: { thing } })));
  const held = await daemon.until('one is held', async () =>
    (await daemon.incidents()).find(({ state, reason }) => state === 'held' && reason === 'isolated'),
  );
  const { explanation } = (await daemon.incident(held.id)) as unknown as { explanation: object };
  expect(explanation).toMatchObject({
    decided: { verdict: 'held', reason: 'isolated' },
    present: { verdict: 'held', reason: 'isolated' },
  });
});
