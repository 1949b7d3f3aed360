import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { fingerprintOf } from '../../../src/ingest/sources/fingerprint.ts';
import { account, unsure } from '../../support/daemon/accounting.ts';
import type { Event } from '../../support/daemon/client.ts';
import { seededRandom, stubbornSender } from '../../support/daemon/sender.ts';
import { removeFolder, type SpawnedDaemon, spawnDaemon } from '../../support/daemon/spawned.ts';
import { startToy, type Toy } from '../../support/daemon/toy.ts';
import { startPagerDuty } from '../../support/fakes/pagerduty/pagerduty.ts';
import { createDatabase } from '../../support/services/postgres.ts';

const KEY = '00112233445566778899aabbccddeeff';
const THINGS = 100;
const ALERTS_EACH = 3;
const KILLS = 20;
const SEED = 20_261_122;

let toy: Toy;
let pagerduty: Awaited<ReturnType<typeof startPagerDuty>>;
let databaseUrl: string;
let daemon: SpawnedDaemon;

const start = (folder?: string) =>
  spawnDaemon({
    databaseUrl,
    rules: 'test/fixtures/toy/rules',
    remediations: 'test/fixtures/toy/remediations',
    env: { PAGERDUTY_ROUTING_KEY: KEY },
    config: {
      tools: { apis: { toy: { base_url: toy.url } } },
      queue: { poll: '100ms', hold: '1s' },
      guards: { backoff: ['0s'], runs_per_hour: 10_000, runs_at_once: 50 },
      notify: { pagerduty: { routing_key: { env: 'PAGERDUTY_ROUTING_KEY' }, url: `${pagerduty.url}/v2/enqueue` } },
    },
    ...(folder === undefined ? {} : { folder }),
  });

beforeAll(async () => {
  toy = await startToy();
  pagerduty = await startPagerDuty({ routingKeys: [KEY] });
  databaseUrl = await createDatabase(inject('postgresUrl'));
  daemon = await start();
});

afterAll(async () => {
  await daemon?.end('SIGKILL');
  await Promise.all([toy?.stop(), pagerduty?.stop()]);
  if (daemon !== undefined) await removeFolder(daemon.folder);
});

/**
 * Every fifth thing is signed before it is mended, every seventh cannot be mended at all. The hopeless ones go two to a
 * rule, because a third failure in a row would open the breaker of the rule, and people would be asked instead.
 */
const hopeless = (i: number) => i % 7 === 3;
const unsigned = (i: number) => i % 5 === 0;
const alertOf = (i: number) => {
  if (hopeless(i)) return `thing:hopeless-${unsigned(i) ? 'unsigned-' : ''}${Math.floor(i / 14) % 7}`;
  return unsigned(i) ? 'thing:unsigned' : 'thing:broken';
};

function eventsOf(i: number, status: Event['status']): Event[] {
  return Array.from({ length: ALERTS_EACH }, (_, part) => {
    return { name: alertOf(i), status, severity: 'HIGH', labels: { thing: `thing-${i}`, part: String(part) } };
  });
}

test(`killed ${KILLS} times in a storm of ${THINGS * ALERTS_EACH} alerts it loses none, doubles none, and sends every page`, async () => {
  const random = seededRandom(SEED);
  const mending = new Map<string, number>();
  let together = 0;
  toy.onMend = async (id, thing) => {
    const now = (mending.get(id) ?? 0) + 1;
    mending.set(id, now);
    together = Math.max(together, now);
    await pause(Math.floor(random() * 100));
    mending.set(id, now - 1);
    if (hopeless(Number(id.slice('thing-'.length)))) return 500;
    thing.healthy = true;
    return 200;
  };
  const sender = stubbornSender(() => daemon);
  const things = Array.from({ length: THINGS }, (_, i) => i);

  const storm = (async () => {
    for (const i of things) {
      await Promise.all(eventsOf(i, 'firing').map((event) => sender.send(event)));
      await pause(Math.floor(random() * 400));
    }
  })();
  // The source says that it is over once the world is well.
  let over = false;
  const resolving = (async () => {
    const resolved = new Set<number>();
    while (!over) {
      const well = things.filter((i) => !resolved.has(i) && toy.thing(`thing-${i}`).healthy);
      await Promise.all(well.map((i) => sender.send(eventsOf(i, 'resolved'))));
      for (const i of well) resolved.add(i);
      await pause(50);
    }
  })();
  for (let kill = 0; kill < KILLS; kill += 1) {
    await pause(200 + Math.floor(random() * 800));
    await daemon.end('SIGKILL');
    daemon = await start(daemon.folder);
  }
  await storm;

  const fingerprints = things.flatMap((i) =>
    eventsOf(i, 'firing').map(({ name, labels }) => fingerprintOf({ ...labels, alertname: name })),
  );
  let left: readonly string[] = [];
  const settled = await daemon
    .until(
      'every incident ended or with a person',
      async () => {
        const accounts = await account(databaseUrl, fingerprints);
        left = [...accounts.lost, ...accounts.open];
        return left.length === 0 && accounts;
      },
      90_000,
    )
    .catch((error: Error) => {
      throw new Error(`${error.message}\n${left.join('\n')}\n${daemon.output().slice(-3_000)}`);
    });
  over = true;
  await resolving;
  expect(settled.overlaps).toBe(0);
  expect(together).toBe(1);
  // Cut off before the signature reached the thing, nobody can tell, so a person is told instead: never a second time.
  const cutOff = await unsure(databaseUrl);
  for (const i of things) {
    const { signed } = toy.thing(`thing-${i}`);
    const wanted = !unsigned(i) ? [0] : cutOff.has(`thing-${i}`) ? [0, 1] : [1];
    expect(wanted, `thing-${i} was signed ${signed} times`).toContain(signed);
  }
  expect(cutOff.size).toBeLessThanOrEqual(KILLS);
  expect(settled.paged.length).toBeGreaterThanOrEqual(things.filter(hopeless).length);
  await daemon.until(
    'every page',
    async () => settled.paged.every((id) => pagerduty.incident(id) !== undefined),
    30_000,
  );
}, 240_000);
