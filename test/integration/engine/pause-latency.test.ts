import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { newId } from '../../../src/domain/id.ts';
import { type Db, openDb } from '../../../src/store/db.ts';
import { leaveToRelay } from '../../../src/store/outbox.ts';
import { resume, setPause } from '../../../src/store/pauses.ts';
import { command } from '../../support/daemon/command.ts';
import { removeFolder, type SpawnedDaemon, spawnDaemon } from '../../support/daemon/spawned.ts';
import { startToy, type Toy } from '../../support/daemon/toy.ts';
import { createDatabase } from '../../support/services/postgres.ts';

const THINGS = 12;

const replicas: SpawnedDaemon[] = [];
let toy: Toy;
let databaseUrl: string;
let db: Db;
/** When the world was changed, each time, by `performance.now()`. */
let effects: number[] = [];

beforeAll(async () => {
  toy = await startToy();
  // Noted when the request comes in: that is the moment of the effect. The answer takes its time, as in the real world.
  toy.onChange = async () => {
    effects.push(performance.now());
    await sleep(15);
  };
  databaseUrl = await createDatabase(inject('postgresUrl'));
  db = openDb({ url: databaseUrl, connections: 2, applicationName: 'remedyd test' });
  const start = () =>
    spawnDaemon({
      databaseUrl,
      rules: 'test/fixtures/strokes/rules',
      remediations: 'test/fixtures/strokes/remediations',
      config: {
        tools: { apis: { toy: { base_url: toy.url } } },
        guards: { backoff: ['0s'], runs_at_once: 100, runs_per_hour: 10_000 },
        // As they are without a config, so that the figures are what a user gets. Each replica does a part of the work.
        queue: { poll: '500ms', execute: THINGS / 3 },
      },
    });
  replicas.push(await start());
  replicas.push(...(await Promise.all([start(), start()])));
  await replicas[0]?.event(
    Array.from({ length: THINGS }, (_, i) => ({
      name: 'thing:dull',
      status: 'firing' as const,
      severity: 'HIGH',
      labels: { thing: `t${i}` },
    })),
  );
});

afterAll(async () => {
  await Promise.all(replicas.map((one) => one.end('SIGKILL')));
  await db.close();
  await Promise.all([toy.stop(), ...replicas.map(({ folder }) => removeFolder(folder))]);
});

async function until(what: string, look: () => Promise<boolean> | boolean): Promise<void> {
  const end = performance.now() + 30_000;
  while (!(await look())) {
    if (performance.now() > end) throw new Error(`Waited in vain: ${what}`);
    await sleep(10);
  }
}

/** Every replica carries out runs, and the world is being changed. */
async function atWork(): Promise<void> {
  effects = [];
  await until('three replicas change the world', async () => {
    const rows = await db.query(
      'select distinct executor from remedyd.runs where applied_at is null and ended_at is null and executor is not null',
    );
    return rows.length === 3 && effects.length > 100;
  });
}

/** Waits until everything is held, and says how long after `at` the world was changed for the last time. */
async function lastEffectAfter(at: number): Promise<number> {
  await until('everything is held because it is paused', async () => {
    const rows = await db.query(`select 1 from remedyd.incidents where state = 'held' and reason = 'paused'`);
    return rows.length === THINGS;
  });
  const before = effects.length;
  const last = effects.at(-1) ?? 0;
  // Longer than anything could be under way.
  await sleep(1_500);
  expect(effects.length).toBe(before);
  return last - at;
}

async function firstEffectAfter(at: number): Promise<number> {
  await until('it goes on', () => effects.some((one) => one > at));
  return (effects.find((one) => one > at) ?? 0) - at;
}

function print(what: string, ms: number): void {
  console.log(`${what}: ${Math.round(ms)} ms`);
}

test('P10: the last change is less than a second after `remedyd pause`, with three replicas at work', async () => {
  await atWork();
  const folder = replicas[1]?.folder ?? '';
  const paused = await command(folder, databaseUrl, ['pause', '--why', 'measuring', '--for', '10m']);
  expect(paused).toMatchObject({ code: 0, stdout: expect.stringContaining('Paused all remediation until') });
  const last = await lastEffectAfter(paused.endedAt);
  print('from the end of `remedyd pause` to the last effect', last);
  expect(last).toBeLessThan(1_000);
  const resumed = await command(folder, databaseUrl, ['resume']);
  expect(resumed).toMatchObject({ code: 0, stdout: 'Resumed all remediation\n' });
  const first = await firstEffectAfter(resumed.endedAt);
  print('from the end of `remedyd resume` to the first effect', first);
  // Without being woken they would be asked after 60 s.
  expect(first).toBeLessThan(10_000);
});

test('P10: and after a pause that the service itself sets, as for a command in Slack', async () => {
  await atWork();
  const now = Date.now();
  const place = { scope: 'rule', key: 'thing-dull' } as const;
  await setPause(db, { id: newId('pau', now), ...place, owner: 'ana', why: 'measuring', setAt: now, until: null });
  const last = await lastEffectAfter(performance.now());
  print('from the return of setPause to the last effect', last);
  expect(last).toBeLessThan(1_000);
  await db.transaction(async (sql) => {
    const { handed } = await resume(sql, place, 'ana', Date.now());
    await leaveToRelay(sql, handed);
  });
});

test('P10: and after the pause file appears at one of them', async () => {
  await atWork();
  const folder = join(replicas[2]?.folder ?? '', 'data');
  await mkdir(folder, { recursive: true });
  const file = join(folder, 'pause');
  await writeFile(file, 'hands off\n');
  const last = await lastEffectAfter(performance.now());
  print('from the writing of the pause file to the last effect', last);
  expect(last).toBeLessThan(1_000);
  await rm(file);
  const removed = performance.now();
  const first = await firstEffectAfter(removed);
  print('from the removal of the pause file to the first effect', first);
  expect(first).toBeLessThan(10_000);
});
