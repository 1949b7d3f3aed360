import { Redis } from 'ioredis';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findBinaries } from '../../../src/store/embedded/binaries.ts';
import { startCluster } from '../../../src/store/embedded/cluster.ts';
import { runningCluster } from '../../../src/store/embedded/postmaster.ts';
import { startAlertmanager } from '../../support/services/alertmanager.ts';
import { type PostgresServer, startPostgres } from '../../support/services/postgres.ts';
import { launch } from '../../support/services/process.ts';
import { startPrometheus } from '../../support/services/prometheus.ts';
import { type RedisServer, startRedis } from '../../support/services/redis.ts';

async function query(url: string, sql: string, timeout = 5_000): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: timeout, query_timeout: timeout });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

describe('Postgres', () => {
  let postgres: PostgresServer;
  beforeAll(async () => {
    postgres = await startPostgres();
  });
  afterAll(() => postgres.stop());

  test('gives every caller an empty database of its own', async () => {
    const [one, two] = await Promise.all([postgres.createDatabase(), postgres.createDatabase()]);
    await query(one, 'CREATE TABLE mine (id int)');
    expect(await query(two, "SELECT to_regclass('mine') AS found")).toEqual([{ found: null }]);
  });

  test('keeps port and data over a kill', async () => {
    const url = await postgres.createDatabase();
    await query(url, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await postgres.kill();
    await expect(query(url, 'SELECT 1')).rejects.toThrow(/ECONNREFUSED/);
    await postgres.restart();
    expect(await query(url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
  });

  test('is adopted with its own port when it already runs', async () => {
    const binaries = await findBinaries();
    const adopted = await startCluster({ binaries, dataDir: postgres.dataDir, port: 1, logFile: '/dev/null' });
    expect(adopted).toEqual({ ...(await runningCluster(postgres.dataDir)), port: postgres.port });
  });

  test('hangs while it is paused and goes on after', async () => {
    await postgres.pause();
    await expect(query(postgres.url, 'SELECT 1', 200)).rejects.toThrow(/timeout/);
    await postgres.resume();
    expect(await query(postgres.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  test('takes no wrong password', async () => {
    await expect(query(postgres.url.replace('test-only', 'guess'), 'SELECT 1')).rejects.toThrow(/password/);
  });
});

describe('Redis', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server.stop());

  async function once<T>(url: string, ask: (redis: Redis) => Promise<T>): Promise<T> {
    const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null, commandTimeout: 300 });
    redis.on('error', () => undefined);
    try {
      await redis.connect();
      return await ask(redis);
    } finally {
      redis.disconnect();
    }
  }

  test('keeps port and data over a kill, and loses them when asked to', async () => {
    const url = await server.takeDatabase();
    await once(url, (redis) => redis.set('kept', 'yes'));
    await server.kill();
    await expect(once(url, (redis) => redis.ping())).rejects.toThrow();
    await server.restart();
    expect(await once(url, (redis) => redis.get('kept'))).toBe('yes');
    await server.restart({ empty: true });
    expect(await once(url, (redis) => redis.get('kept'))).toBeNull();
  });

  test('hangs while it is paused and goes on after', async () => {
    await once(server.url, async (redis) => {
      server.pause();
      await expect(redis.ping()).rejects.toThrow(/timed out/);
      server.resume();
    });
    expect(await once(server.url, (redis) => redis.ping())).toBe('PONG');
  });

  test('gives every caller another database', async () => {
    expect(await server.takeDatabase()).not.toBe(await server.takeDatabase());
  });
});

describe('Prometheus and Alertmanager', () => {
  test('raise an alert from the one in the other', async () => {
    await using alertmanager = await startAlertmanager({
      config: { route: { receiver: 'nobody' }, receivers: [{ name: 'nobody' }] },
    });
    await using prometheus = await startPrometheus({
      config: {
        global: { scrape_interval: '200ms', scrape_timeout: '200ms', evaluation_interval: '200ms' },
        rule_files: ['rules.yml'],
        alerting: { alertmanagers: [{ static_configs: [{ targets: [new URL(alertmanager.url).host] }] }] },
      },
      files: { 'rules.yml': 'groups: [{ name: g, rules: [{ alert: Always, expr: vector(1) }] }]' },
    });
    await expect
      .poll(async () => await (await fetch(`${alertmanager.url}/api/v2/alerts`)).json(), { timeout: 15_000 })
      .toMatchObject([{ labels: { alertname: 'Always' }, status: { state: 'active' } }]);
    await expect(prometheus.reload('nonsense: true')).rejects.toThrow(/refused the configuration/);
    await prometheus.reload({ global: { scrape_interval: '1s' } });
  });
});

test('a program that does not start says why', async () => {
  const doomed = launch({
    name: 'doomed',
    argv: ['sh', '-c', 'echo I have no heart >&2; exit 3'],
    ready: async () => false,
  });
  await expect(doomed).rejects.toThrow(/doomed did not start: it ended with exit code 3\nI have no heart/);
});
