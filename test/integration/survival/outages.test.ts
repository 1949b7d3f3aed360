import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
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
/** How long each dependency stays away; the senders go on meanwhile. Each has a world of its own, so all wait at once. */
const AWAY = 20_000;
const CHANNELS_AWAY = 60_000;

/** A daemon with all that it depends on, for one test alone. */
interface World extends AsyncDisposable {
  readonly toy: Toy;
  readonly slack: Awaited<ReturnType<typeof startSlack>>;
  readonly pagerduty: Awaited<ReturnType<typeof startPagerDuty>>;
  readonly postgres: PostgresServer;
  readonly redis: RedisServer;
  readonly databaseUrl: string;
  readonly daemon: SpawnedDaemon;
  readonly sender: Sender;
}

async function openWorld(): Promise<World> {
  await using started = new AsyncDisposableStack();
  const keep = <T>(one: T, end: (one: T) => Promise<unknown>): T =>
    started.adopt(one, async () => void (await end(one)));
  const toy = keep(await startToy(), (one) => one.stop());
  toy.onMend = (id, thing) => {
    thing.healthy = !id.startsWith('hopeless');
    return thing.healthy ? 200 : 500;
  };
  const slack = keep(await startSlack({ token: 'xoxb-test' }), (one) => one.stop());
  const pagerduty = keep(await startPagerDuty({ routingKeys: [KEY] }), (one) => one.stop());
  const postgres = keep(await startPostgres({ durable: true }), (one) => one.stop());
  const redis = keep(await startRedis(), (one) => one.stop());
  const databaseUrl = await postgres.createDatabase();
  const daemon = await spawnDaemon({
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
  keep(daemon, async (one) => {
    await one.end('SIGKILL');
    await removeFolder(one.folder);
  });
  const sender = stubbornSender(() => daemon);
  const all = started.move();
  return {
    ...{ toy, slack, pagerduty, postgres, redis, databaseUrl, daemon, sender },
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

interface Traffic {
  /** Things that broke, each acknowledged. */
  stop(): Promise<readonly string[]>;
}

/** Things break one after another, and are resolved once they are well. */
function traffic({ sender, toy }: World, name: string, every: number): Traffic {
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
async function nothingMissing({ daemon, databaseUrl, toy }: World, things: readonly string[]): Promise<void> {
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

test.concurrent('Redis is away for 20 s: webhooks are still taken, and work goes on without the queue', async () => {
  await using world = await openWorld();
  const { daemon, sender, toy, redis } = world;
  const going = traffic(world, 'redis', 500);
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
  await nothingMissing(world, things);
}, 120_000);

test.concurrent('Postgres is away for 20 s: webhooks are answered 503 until it is back, and nothing is missing', async () => {
  await using world = await openWorld();
  const { daemon, sender, toy, postgres } = world;
  const going = traffic(world, 'postgres', 500);
  await daemon.until('traffic', async () => toy.things.has('postgres-2'));
  await postgres.kill();
  await pause(AWAY);
  const ready = await fetch(`${daemon.address}/readyz`);
  expect(ready.status).toBe(503);
  expect(await ready.json()).toMatchObject({ ready: false, failing: expect.arrayContaining(['database']) });
  await postgres.restart();
  const things = await going.stop();
  expect([...sender.refusals.keys()]).toEqual([503]);
  await nothingMissing(world, things);
}, 120_000);

test.concurrent('Slack and PagerDuty are away for 60 s: every page and every end arrives afterwards', async () => {
  await using world = await openWorld();
  const { daemon, databaseUrl, slack, pagerduty } = world;
  await slack.faults.refuseConnections();
  await pagerduty.faults.refuseConnections();
  const going = traffic(world, 'hopeless', 3_000);
  // Some heal in between, or the breaker would ask instead of trying what never helps.
  const healing = traffic(world, 'well', 1_000);
  await pause(CHANNELS_AWAY);
  await slack.faults.clear();
  await pagerduty.faults.clear();
  const things = await going.stop();
  await nothingMissing(world, [...things, ...(await healing.stop())]);
  const { paged } = await account(databaseUrl, []);
  expect(paged.length).toBe(things.length);
  const everywhere = async () =>
    paged.every((id) => pagerduty.incident(id)?.status === 'triggered') &&
    paged.every((id) => slack.messages('C0INCIDENTS').some((message) => JSON.stringify(message).includes(id)));
  await daemon.until('every page on both channels', everywhere, 90_000);
}, 240_000);
