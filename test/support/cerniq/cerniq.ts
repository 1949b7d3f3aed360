import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import pg from 'pg';
import type { Fake } from '../fakes/fake.ts';
import { type FakeTimelinesAi, startTimelinesAi } from '../fakes/timelines-ai/timelines-ai.ts';
import type { Estate } from './api/estate.ts';
import { startApi } from './api/server.ts';
import { createDatabase, fillRedis } from './database.ts';
import { type EventSettings, type Events, watchWorld } from './events.ts';
import { type CerniqFaults, cerniqFaults } from './faults.ts';
import { KEYS, PHONES, SERVICES, type Service, type Source } from './names.ts';
import { openPhones, type Phone } from './phones.ts';
import { type Pm2, type Pm2Process, startPm2 } from './pm2.ts';
import { type Counts, openQueues, type Queues } from './queues.ts';
import { startUpstreams } from './upstream.ts';

export interface CerniqOptions {
  /** A database of its own, empty. */
  readonly postgresUrl: string;
  /** A Redis database of its own, empty; see `takeRedisDatabase`. */
  readonly redisUrl: string;
  /** Which workers run; all by default. None makes a world without PM2, which starts at once. */
  readonly services?: readonly Service[];
  readonly adminToken?: string;
  /** 0 takes a free one. */
  readonly port?: number;
  /** How long a phone's reconnect takes, in milliseconds. */
  readonly reconnectTakes?: number;
  readonly events?: EventSettings;
}

/** A running Cerniq. */
export interface Cerniq extends AsyncDisposable {
  /** The API, `/metrics` and the health checks. */
  readonly url: string;
  readonly adminToken: string;
  readonly postgresUrl: string;
  readonly redisUrl: string;
  readonly timelinesAi: FakeTimelinesAi;
  readonly timelinesAiKey: string;
  /** ANAF and Termene; each has `/health`. */
  readonly upstream: Readonly<Record<Source, Fake>>;
  readonly faults: CerniqFaults;
  readonly events: Events;
  /** Requests that the API got, as `METHOD path status`. */
  readonly requests: readonly string[];
  readonly pool: pg.Pool;
  readonly redis: Redis;
  readonly queues: Queues;
  /** Undefined without workers. */
  readonly pm2: Pm2 | undefined;
  enqueue(queue: string, count: number, data?: Readonly<Record<string, unknown>>): Promise<readonly string[]>;
  counts(queue: string): Promise<Counts>;
  readonly state: {
    phone(id: string): Promise<Phone>;
    /** How many leads the phone has, by engagement stage. */
    leads(phone: string): Promise<Readonly<Record<string, number>>>;
    approval(id: string): Promise<Readonly<Record<string, unknown>>>;
    circuit(source: Source): Promise<string | null>;
    processes(): Promise<readonly Pm2Process[]>;
  };
  stop(): Promise<void>;
}

const WORKER = fileURLToPath(new URL('worker/main.ts', import.meta.url));

/** Starts the whole small system. What was started is stopped again when a later part does not start. */
export async function startCerniq(options: CerniqOptions): Promise<Cerniq> {
  const { postgresUrl, redisUrl, adminToken = 'cerniq-admin', port = 0, reconnectTakes = 300 } = options;
  await using starting = new AsyncDisposableStack();

  const pool = new pg.Pool({ connectionString: postgresUrl, max: 5, application_name: 'cerniq-api' });
  pool.on('error', () => undefined);
  starting.defer(() => pool.end());
  const redis = new Redis(redisUrl, { maxRetriesPerRequest: 1, connectionName: 'cerniq-api' });
  redis.on('error', () => undefined);
  starting.defer(() => redis.disconnect());
  await createDatabase(pool);
  await fillRedis(redis);

  const upstream = await startUpstreams();
  for (const fake of Object.values(upstream)) starting.defer(() => fake.stop());
  const timelinesAiKey = 'timelines-key';
  const accounts = PHONES.map((phone) => [phone.replace('phone', 'acc'), 'connected'] as const);
  const timelinesAi = await startTimelinesAi({ apiKey: timelinesAiKey, accounts: Object.fromEntries(accounts) });
  starting.defer(() => timelinesAi.stop());

  const queues = openQueues(redis);
  starting.defer(() => queues.close());
  const phones = openPhones({ pool, redis, timelinesAi, apiKey: timelinesAiKey, reconnectTakes });
  starting.defer(() => phones.settle());

  const services = options.services ?? (Object.keys(SERVICES) as Service[]);
  const upstreamUrls = { anaf: upstream.anaf.url, termene: upstream.termene.url };
  const pm2 = services.length === 0 ? undefined : await startWorkers(services, { postgresUrl, redisUrl, upstreamUrls });
  if (pm2 !== undefined) starting.defer(() => pm2.stop());
  await workersUp(redis, services);

  const estate: Estate = { pool, redis, queues, phones, pm2, dependencies: { llm: true, graph: true } };
  const api = await startApi(estate, adminToken, port);
  starting.defer(() => api.stop());
  const events = watchWorld({ ...estate, timelinesAi }, options.events ?? {});
  starting.defer(() => events.stop());

  const running = starting.move();
  const stop = async () => await running.disposeAsync();
  return {
    url: api.url,
    adminToken,
    postgresUrl,
    redisUrl,
    timelinesAi,
    timelinesAiKey,
    upstream,
    faults: cerniqFaults({ ...estate, timelinesAi, upstreams: upstream, mischief: api.mischief }),
    events,
    requests: api.requests,
    pool,
    redis,
    queues,
    pm2,
    enqueue: queues.enqueue,
    counts: queues.counts,
    state: {
      phone: phones.get,
      async leads(phone) {
        const { rows } = await pool.query(
          'SELECT engagement_stage AS stage, count(*)::int AS n FROM gold_lead_journey WHERE assigned_phone_id = $1 GROUP BY 1',
          [phone],
        );
        return Object.fromEntries(rows.map(({ stage, n }) => [stage, n]));
      },
      async approval(id) {
        const { rows } = await pool.query('SELECT * FROM approval_tasks WHERE id = $1', [id]);
        if (rows[0] === undefined) throw new Error(`There is no approval task ${id}`);
        return rows[0];
      },
      circuit: (source) => redis.get(KEYS.circuit(source)),
      processes: async () => (await pm2?.list()) ?? [],
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

async function startWorkers(
  services: readonly Service[],
  world: {
    readonly postgresUrl: string;
    readonly redisUrl: string;
    readonly upstreamUrls: Readonly<Record<Source, string>>;
  },
): Promise<Pm2> {
  const env = {
    CERNIQ_REDIS_URL: world.redisUrl,
    CERNIQ_DATABASE_URL: world.postgresUrl,
    CERNIQ_UPSTREAMS: JSON.stringify(world.upstreamUrls),
    CERNIQ_OWNER: String(process.pid),
  };
  return await startPm2(services.map((name) => ({ name, script: WORKER, args: [name], env })));
}

/** A worker counts its start once it listens for what is told to it. */
async function workersUp(redis: Redis, services: readonly Service[]): Promise<void> {
  for (let waited = 0; waited < 20_000; waited += 50) {
    const boots = await redis.hgetall(KEYS.boots);
    if (services.every((service) => service in boots)) return;
    await pause(50);
  }
  throw new Error(`Not all workers came up: ${services.join(', ')}`);
}
