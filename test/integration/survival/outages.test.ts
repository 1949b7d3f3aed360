import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fingerprintOf } from '../../../src/ingest/sources/fingerprint.ts';
import { account } from '../../support/daemon/accounting.ts';
import { type Sender, stubbornSender } from '../../support/daemon/sender.ts';
import { removeFolder, type SpawnedDaemon, spawnDaemon } from '../../support/daemon/spawned.ts';
import { startToy, type Toy } from '../../support/daemon/toy.ts';
import { startPagerDuty } from '../../support/fakes/pagerduty/pagerduty.ts';
import { startSlack } from '../../support/fakes/slack/slack.ts';
import { type PostgresServer, startPostgres } from '../../support/services/postgres.ts';
import { type RedisServer, startRedis } from '../../support/services/redis.ts';

const KEY = 'aabbccddeeff00112233445566778899';
/** How long each dependency stays away; the senders go on meanwhile. */
const AWAY = 20_000;
const CHANNELS_AWAY = 60_000;

let toy: Toy;
let slack: Awaited<ReturnType<typeof startSlack>>;
let pagerduty: Awaited<ReturnType<typeof startPagerDuty>>;
let postgres: PostgresServer;
let redis: RedisServer;
let databaseUrl: string;
let daemon: SpawnedDaemon;
let sender: Sender;

beforeAll(async () => {
  toy = await startToy();
  toy.onMend = (id, thing) => {
    thing.healthy = !id.startsWith('hopeless');
    return thing.healthy ? 200 : 500;
  };
  slack = await startSlack({ token: 'xoxb-test' });
  pagerduty = await startPagerDuty({ routingKeys: [KEY] });
  postgres = await startPostgres({ durable: true });
  redis = await startRedis();
  databaseUrl = await postgres.createDatabase();
  daemon = await spawnDaemon({
    databaseUrl,
    rules: 'test/fixtures/toy/rules',
    remediations: 'test/fixtures/toy/remediations',
    env: { PAGERDUTY_ROUTING_KEY: KEY, SLACK_BOT_TOKEN: 'xoxb-test', REDIS_URL: redis.url },
    config: {
      tools: { apis: { toy: { base_url: toy.url } } },
      queue: { backend: 'redis', poll: '100ms', hold: '2s' },
      guards: { backoff: ['0s'], runs_per_hour: 10_000, runs_at_once: 50 },
      notify: {
        slack: { token: { env: 'SLACK_BOT_TOKEN' }, api_url: slack.apiUrl, channels: { default: 'C0INCIDENTS' } },
        pagerduty: { routing_key: { env: 'PAGERDUTY_ROUTING_KEY' }, url: `${pagerduty.url}/v2/enqueue` },
      },
    },
  });
  sender = stubbornSender(() => daemon);
});

afterAll(async () => {
  await daemon?.end('SIGKILL');
  await Promise.all([toy?.stop(), slack?.stop(), pagerduty?.stop(), redis?.stop(), postgres?.stop()]);
  if (daemon !== undefined) await removeFolder(daemon.folder);
});

interface Traffic {
  /** Things that broke, each acknowledged. */
  stop(): Promise<readonly string[]>;
}

/** Things break one after another, and are resolved once they are well. */
function traffic(name: string, every: number): Traffic {
  const sent: string[] = [];
  const waiting = new Set<string>();
  let stopped = false;
  let broken = false;
  const labels = (thing: string) => ({ thing });
  const breaking = (async () => {
    for (let i = 0; !stopped; i += 1) {
      const thing = `${name}-${i}`;
      await sender.send({ name: 'thing:broken', status: 'firing', severity: 'HIGH', labels: labels(thing) });
      sent.push(thing);
      waiting.add(thing);
      await pause(every);
    }
    broken = true;
  })();
  const resolving = (async () => {
    while (!broken || [...waiting].some((thing) => !thing.startsWith('hopeless'))) {
      for (const thing of waiting) {
        if (!toy.thing(thing).healthy) continue;
        await sender.send({ name: 'thing:broken', status: 'resolved', labels: labels(thing) });
        waiting.delete(thing);
      }
      await pause(50);
    }
  })();
  return {
    async stop() {
      stopped = true;
      await Promise.all([breaking, resolving]);
      return sent;
    },
  };
}

/** Every alert that was acknowledged is healed or with a person, and no two runs were on one target at once. */
async function nothingMissing(things: readonly string[]): Promise<void> {
  const fingerprints = things.map((thing) => fingerprintOf({ thing, alertname: 'thing:broken' }));
  let left: readonly string[] = [];
  const settled = await daemon
    .until(
      'everything accounted for',
      async () => {
        const accounts = await account(databaseUrl, fingerprints);
        left = [...accounts.lost, ...accounts.open];
        return left.length === 0 && accounts;
      },
      60_000,
    )
    .catch((error: Error) => {
      throw new Error(`${error.message}\n${left.join('\n')}\n${daemon.output().slice(-3_000)}`);
    });
  expect(settled.overlaps).toBe(0);
  for (const thing of things) expect({ thing, mended: toy.thing(thing).mended }).toEqual({ thing, mended: 1 });
}

test('Redis is away for 20 s: webhooks are still taken, and work goes on without the queue', async () => {
  sender.refusals.clear();
  const going = traffic('redis', 500);
  await redis.kill();
  const before = toy.things.size;
  await pause(AWAY);
  // Not merely queued for later: healed while the queue was away.
  expect(toy.things.size).toBeGreaterThan(before + 10);
  expect((await daemon.get<{ checks: { name: string; ok: boolean }[] }>('/api/status')).checks).toContainEqual(
    expect.objectContaining({ name: 'queue', ok: false }),
  );
  await redis.restart();
  const things = await going.stop();
  expect([...sender.refusals.keys()]).toEqual([]);
  await nothingMissing(things);
}, 120_000);

test('Postgres is away for 20 s: webhooks are answered 503 until it is back, and nothing is missing', async () => {
  sender.refusals.clear();
  const going = traffic('postgres', 500);
  await daemon.until('traffic', async () => toy.things.has('postgres-2'));
  await postgres.kill();
  await pause(AWAY);
  const ready = await fetch(`${daemon.address}/readyz`);
  expect(ready.status).toBe(503);
  expect(await ready.json()).toMatchObject({ ready: false, failing: expect.arrayContaining(['database']) });
  await postgres.restart();
  const things = await going.stop();
  expect([...sender.refusals.keys()]).toEqual([503]);
  await nothingMissing(things);
}, 120_000);

test('Slack and PagerDuty are away for 60 s: every page and every end arrives afterwards', async () => {
  slack.faults.refuseConnections();
  pagerduty.faults.refuseConnections();
  const going = traffic('hopeless', 3_000);
  // Some heal in between, or the breaker would ask instead of trying what never helps.
  const healing = traffic('well', 1_000);
  await pause(CHANNELS_AWAY);
  slack.faults.clear();
  pagerduty.faults.clear();
  const things = await going.stop();
  await nothingMissing([...things, ...(await healing.stop())]);
  const { paged } = await account(databaseUrl, []);
  expect(paged.length).toBe(things.length);
  const everywhere = async () =>
    paged.every((id) => pagerduty.incident(id)?.status === 'triggered') &&
    paged.every((id) => slack.messages('C0INCIDENTS').some((message) => JSON.stringify(message).includes(id)));
  await daemon.until('every page on both channels', everywhere, 90_000);
}, 240_000);
