import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import { type JournalGate, journalGate } from '../../support/daemon/journal-gate.ts';
import { removeFolder, type SpawnedDaemon, spawnDaemon } from '../../support/daemon/spawned.ts';
import { startToy, type Toy } from '../../support/daemon/toy.ts';
import { startPagerDuty } from '../../support/fakes/pagerduty/pagerduty.ts';
import { createDatabase } from '../../support/services/postgres.ts';

const KEY = 'fedcba9876543210fedcba9876543210';

let toy: Toy;
let pagerduty: Awaited<ReturnType<typeof startPagerDuty>>;
let databaseUrl: string;
let gate: JournalGate;
let daemon: SpawnedDaemon;
let thing: string;
let count = 0;

const start = (folder?: string) =>
  spawnDaemon({
    databaseUrl,
    rules: 'test/fixtures/toy/rules',
    remediations: 'test/fixtures/toy/remediations',
    env: { PAGERDUTY_ROUTING_KEY: KEY },
    config: {
      tools: { apis: { toy: { base_url: toy.url } } },
      queue: { poll: '100ms', hold: '1s' },
      guards: { backoff: ['0s'], runs_per_hour: 1_000 },
      notify: { pagerduty: { routing_key: { env: 'PAGERDUTY_ROUTING_KEY' }, url: `${pagerduty.url}/v2/enqueue` } },
    },
    ...(folder === undefined ? {} : { folder }),
  });

beforeAll(async () => {
  toy = await startToy();
  pagerduty = await startPagerDuty({ routingKeys: [KEY] });
  databaseUrl = await createDatabase(inject('postgresUrl'));
  daemon = await start();
  gate = await journalGate(databaseUrl);
});

afterAll(async () => {
  await daemon?.end('SIGKILL');
  await gate?.end();
  await Promise.all([toy?.stop(), pagerduty?.stop()]);
  if (daemon !== undefined) await removeFolder(daemon.folder);
});

beforeEach(() => {
  count += 1;
  thing = `thing-${count}`;
});

/** Kills the daemon in the middle of one journal write of a fresh run, and starts it again. */
async function killAt(alert: string, write: number, landed: boolean): Promise<void> {
  await gate.closeAt((await gate.writes()) + write);
  await daemon.event({ name: alert, status: 'firing', severity: 'HIGH', labels: { thing } });
  await gate.caught();
  await daemon.end('SIGKILL');
  if (landed) await gate.letLand();
  else await gate.drop();
  daemon = await start(daemon.folder);
}

/** The source says that it is over as soon as the world is well. */
async function resolveWhenHealthy(alert: string): Promise<void> {
  await daemon.until(`${thing} is mended`, async () => toy.thing(thing).healthy);
  await daemon.event({ name: alert, status: 'resolved', labels: { thing } });
}

const moments = (writes: number) =>
  Array.from({ length: writes }, (_, i) => i + 1).flatMap((write) => [
    { write, landed: false },
    { write, landed: true },
  ]);

test.each(moments(6))(
  'killed at write $write (landed: $landed) it still mends once and heals',
  async ({ write, landed }) => {
    await killAt('thing:broken', write, landed);
    await resolveWhenHealthy('thing:broken');
    const healed = await daemon.untilState(`thing:${thing}`, ['healed']);
    expect(healed.runs).toMatchObject([{ remediation: 'things/mend', outcome: 'held' }]);
    expect(healed.timelineIntact).toBe(true);
    // `prepare` may be repeated, `mend` is looked up first.
    expect(toy.thing(thing).mended).toBe(1);
    expect(toy.thing(thing).prepared).toBeLessThanOrEqual(2);
  },
);

test.each(moments(4))('killed at write $write (landed: $landed) it never signs twice', async ({ write, landed }) => {
  await killAt('thing:unsigned', write, landed);
  // The signature is cut off where its intent is journaled and its result is not: nobody can tell, so a person is asked.
  const cutOff = (write === 1 && landed) || (write === 2 && !landed);
  if (cutOff) {
    const handed = await daemon.untilState(`thing:${thing}`, ['escalated']);
    expect(handed).toMatchObject({ reason: 'unknown', runs: [{ outcome: 'unknown' }] });
    await pagerduty.until(() => pagerduty.incident(handed.id)?.status === 'triggered');
  } else {
    await resolveWhenHealthy('thing:unsigned');
    expect(await daemon.untilState(`thing:${thing}`, ['healed'])).toMatchObject({ runs: [{ outcome: 'held' }] });
  }
  expect(toy.thing(thing).signed).toBeLessThanOrEqual(1);
});
