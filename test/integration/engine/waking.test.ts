import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { defineRemediation, stepsFor, z } from '../../../src/remediation/index.ts';
import { type LoadedRemediation, loadRemediations } from '../../../src/remediation/registry.ts';
import { leaveToRelay } from '../../../src/store/outbox.ts';
import { resume, setPause } from '../../../src/store/pauses.ts';
import { command } from '../../support/daemon/command.ts';
import { temporaryFolder } from '../../support/services/folder.ts';
import { type Engine, FREE, MEND, rule, startEngine } from './engine.ts';

/**
 * Every guardrail here would ask again after 15 s or a minute. Who is decided again within this much was woken by what
 * happened, and not by its time.
 */
const SOON = 5_000;

const sick = (thing: string, more: object = {}) => ({
  name: 'thing:broken',
  status: 'firing' as const,
  severity: 'HIGH',
  labels: { thing },
  ...more,
});

const guards = (more: string) => FREE.replace(/ }$/, `, ${more} }`);

async function held(engine: Engine, thing: string, reason: string) {
  const one = await engine.daemon.untilState(`thing:${thing}`, ['held']);
  expect(one.reason).toBe(reason);
  const waits = Date.parse(String((one as unknown as { askAt: string }).askAt)) - Date.now();
  expect(waits).toBeGreaterThan(SOON);
}

const goesOn = (engine: Engine, thing: string) =>
  engine.daemon.untilState(`thing:${thing}`, ['running', 'verifying', 'healed', 'closed'], SOON);

test('the end of what it depends on wakes those who waited for it, on whichever replica the news comes in', async () => {
  await using engine = await startEngine({
    rules: `rules:\n${rule('waits', 'thing:broken', MEND, guards(`unless: ['alertname="vendor:down"']`))}`,
    alone: true,
  });
  const other = await engine.another();
  const vendor = { name: 'vendor:down', severity: 'LOW', labels: { vendor: 'acme' } };
  await engine.daemon.event({ ...vendor, status: 'firing' });
  await engine.daemon.event(sick('cup'));
  await held(engine, 'cup', 'dependency');
  await other.event({ ...vendor, status: 'resolved' });
  await goesOn(engine, 'cup');
});

test('what is resolved and nobody waits for wakes nobody', async () => {
  await using engine = await startEngine({
    rules: `rules:\n${rule('waits', 'thing:broken', MEND, guards(`unless: ['alertname="vendor:down", region="eu"']`))}`,
    alone: true,
  });
  const vendor = (region: string) => ({ name: 'vendor:down', severity: 'LOW', labels: { region } });
  await engine.daemon.event([
    { ...vendor('eu'), status: 'firing' },
    { ...vendor('us'), status: 'firing' },
  ]);
  await engine.daemon.event(sick('cup'));
  await held(engine, 'cup', 'dependency');
  const handed = async () =>
    (await engine.daemon.db.query(`select handed, due_at from remedyd.outbox where kind = 'decide'`))[0];
  const before = await handed();
  await engine.daemon.event({ ...vendor('us'), status: 'resolved' });
  // The news of the second one has been told when that of the third one has.
  await engine.daemon.event({ ...vendor('eu'), status: 'resolved' });
  await goesOn(engine, 'cup');
  expect(before).toMatchObject({ handed: 1 });
});

test('fewer sick ones wake those whom the blast radius held', async () => {
  await using engine = await startEngine({
    rules: `rules:\n${rule('careful', 'thing:broken', MEND, guards('blast_radius: { max: 2 }'))}`,
    alone: true,
  });
  await engine.daemon.event([sick('a'), sick('b'), sick('c')]);
  for (const thing of ['a', 'b', 'c']) await held(engine, thing, 'blast-radius');
  await engine.daemon.event(sick('a', { status: 'resolved' }));
  await Promise.all([goesOn(engine, 'b'), goesOn(engine, 'c')]);
});

test('another number of things in the world wakes those whom their share held', async () => {
  const shipped = await loadRemediations('test/fixtures/toy/remediations');
  let population: number | null = null;
  const counted = new Map(shipped);
  const mend = shipped.get('things/mend') as LoadedRemediation;
  const count = async () => {
    if (population === null) throw new Error('nobody knows');
    return population;
  };
  counted.set('things/mend', { ...mend, population: count });
  await using engine = await startEngine({
    rules: `rules:\n${rule('share', 'thing:broken', MEND, guards('blast_radius: { percent: 50 }'))}`,
    remediations: counted,
    alone: true,
  });
  await engine.daemon.event(sick('cup'));
  await held(engine, 'cup', 'population-unknown');
  // Its own time would come too soon to tell the two apart.
  await engine.daemon.db.run(`update remedyd.outbox set due_at = due_at + interval '10 minutes' where kind = 'decide'`);
  population = 1_000;
  let jugs = 0;
  // Whoever is decided next has the things counted, as soon as the last vain try is some seconds ago.
  const cup = async () => {
    jugs += 1;
    await engine.daemon.event(sick(`jug-${jugs}`));
    return (await engine.daemon.incidents('target=thing:cup'))[0]?.state;
  };
  await expect.poll(cup, { timeout: 20_000, interval: 1_000 }).not.toBe('held');
});

test('lifting a pause from the command line wakes whom it held', async () => {
  await using engine = await startEngine({ alone: true });
  const { db } = engine.daemon;
  const now = Date.now();
  const pause = { id: 'pau-1', scope: 'rule', key: 'thing-broken', owner: 'ana', why: 'looking', until: null } as const;
  await setPause(db, { ...pause, setAt: now });
  await engine.daemon.event([sick('cup'), sick('jug')]);
  for (const thing of ['cup', 'jug']) await held(engine, thing, 'paused');
  const folder = await temporaryFolder('command');
  await writeFile(join(folder.path, 'remedyd.yaml'), '{}');
  const resumed = await command(folder.path, engine.databaseUrl, ['resume', '--rule', 'thing-broken']);
  await folder.remove();
  expect(resumed).toMatchObject({ code: 0, stdout: 'Resumed rule thing-broken\n' });
  await Promise.all([goesOn(engine, 'cup'), goesOn(engine, 'jug')]);
});

test('four thousand that waited for a word are asked oldest first, shared by the replicas, and none is forgotten', async () => {
  const noop = stepsFor(z.strictObject({ thing: z.string() }))({
    name: 'look',
    effect: 'reads',
    repeat: 'safe',
    timeout: '5s',
    run: async () => null,
  });
  const params = z.strictObject({ thing: z.string() });
  const idle = defineRemediation({
    summary: 'Does nothing.',
    risk: 'low',
    params,
    target: ({ thing }: { thing: string }) => ({ kind: 'thing', id: thing }),
    needs: [],
    steps: [noop],
    verify: { within: '10m', every: '1m', holdFor: '1m', probe: async () => ({ healthy: false, evidence: {} }) },
  });
  const loaded: LoadedRemediation = { ...idle, name: 'things/mend' } as unknown as LoadedRemediation;
  await using engine = await startEngine({
    rules: `rules:\n${rule('one', 'thing:broken', MEND, FREE)}`,
    remediations: new Map([['things/mend', loaded]]),
    config: { guards: { backoff: ['0s'], runs_at_once: 5, runs_per_hour: 10_000 } },
    alone: true,
  });
  const { db } = engine.daemon;
  await engine.another();
  const now = Date.now();
  await setPause(db, { id: 'pau-1', scope: 'global', key: '', owner: 'ana', why: 'storm', setAt: now, until: null });
  const things = Array.from({ length: 4_000 }, (_, i) => `t${String(i).padStart(5, '0')}`);
  for (let i = 0; i < things.length; i += 2_000)
    await engine.daemon.event(things.slice(i, i + 2_000).map((thing) => sick(thing)));
  const heldFor = async (reason: string) =>
    (await db.query(`select 1 from remedyd.incidents where state = 'held' and reason = $1`, [reason])).length;
  await engine.daemon.until('all are held', async () => (await heldFor('paused')) === things.length, 60_000);
  const began = performance.now();
  await db.transaction(async (sql) => {
    const { handed } = await resume(sql, { scope: 'global', key: '' }, 'ana', Date.now());
    await leaveToRelay(sql, handed);
  });
  const marked = performance.now() - began;
  // Five run, and all the others have been asked and wait for a place now.
  await engine.daemon.until('all were asked again', async () => (await heldFor('paused')) === 0, 60_000);
  console.log(`4,000 held: marked in ${Math.round(marked)} ms, asked in ${Math.round(performance.now() - began)} ms`);
  const running = await db.query<{ older: number }>(
    `select (select count(*) from remedyd.incidents o where o.opened_at < i.opened_at) as older
     from remedyd.runs r join remedyd.incidents i on i.id = r.incident_id where r.ended_at is null`,
  );
  expect(running).toEqual(Array(5).fill({ older: 0 }));
}, 180_000);
