import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import pg from 'pg';
import { findBinaries } from './binaries.ts';
import { initCluster, OWNER, startCluster, stopCluster } from './cluster.ts';

export interface OwnDatabase {
  readonly url: string;
  /** Whether a Postgres still ran on the data, left over from a daemon that was killed. */
  readonly adopted: boolean;
  /** Stops the Postgres; its data stays. */
  close(): Promise<void>;
}

/** Its name in an embedded cluster. */
export const DATABASE = 'remedyd';

/** Any number will do; it is held for as long as a daemon owns the folder. */
const OWNER_LOCK = 7_301_946;

/**
 * Starts the daemon's own Postgres in `dataDir`, on the data of earlier starts if there is some. It survives a killed
 * daemon and is adopted by the next one.
 *
 * @param dataDir such as `.remedyd`
 * @throws Error where another daemon already owns the folder, or Postgres cannot be started, saying why and what to do.
 */
export async function openOwnDatabase(dataDir: string, password: string): Promise<OwnDatabase> {
  const folder = resolve(dataDir);
  const cluster = join(folder, 'postgres');
  const binaries = await findBinaries();
  await initCluster({ binaries, dataDir: cluster, password });
  const port = await freePort();
  const running = await startCluster({
    binaries,
    dataDir: cluster,
    port,
    logFile: join(folder, 'postgres.log'),
    settings: { max_connections: '150', shared_buffers: '128MB', log_min_messages: 'warning' },
  });
  const url = (database: string) => `postgres://${OWNER}:${password}@127.0.0.1:${running.port}/${database}`;
  await createDatabase(url('postgres'));
  const owner = await claim(url(DATABASE), folder);
  return {
    url: url(DATABASE),
    adopted: running.port !== port,
    async close() {
      await owner.end().catch(() => undefined);
      await stopCluster({ dataDir: cluster });
    },
  };
}

/** A session lock: it is gone the moment its daemon is, however that ended. */
async function claim(url: string, folder: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, application_name: `remedyd owner pid ${process.pid}` });
  client.on('error', () => undefined);
  await client.connect();
  const { rows } = await client.query<{ taken: boolean }>('select pg_try_advisory_lock($1) as taken', [OWNER_LOCK]);
  if (rows[0]?.taken === true) return client;
  const other = await client.query<{ name: string }>(
    `select a.application_name as name from pg_locks l join pg_stat_activity a using (pid)
     where l.locktype = 'advisory' and l.granted and l.objid = $1`,
    [OWNER_LOCK],
  );
  await client.end();
  const who = other.rows[0]?.name.replace('remedyd owner ', '') ?? 'unknown pid';
  throw new Error(
    `Another remedyd (${who}) already runs on ${folder}. Stop it, give this one another data_dir, or set DATABASE_URL to share a database.`,
  );
}

async function createDatabase(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [DATABASE]);
    if (rowCount === 0) await client.query(`create database ${DATABASE}`);
  } catch (error) {
    // Two daemons that start at once: the other one made it, and the claim decides who may stay.
    if (!['42P04', '23505'].includes((error as { code?: string }).code ?? '')) throw error;
  } finally {
    await client.end();
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done, fail) => server.once('error', fail).listen(0, '127.0.0.1', done));
  const address = server.address();
  await new Promise((done) => server.close(done));
  if (address === null || typeof address === 'string') throw new Error('No free port on 127.0.0.1');
  return address.port;
}
