import { chown } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { chooseAccount } from '../../../src/store/embedded/account.ts';
import { findBinaries } from '../../../src/store/embedded/binaries.ts';
import { initCluster, OWNER, startCluster, stopCluster } from '../../../src/store/embedded/cluster.ts';
import { runningCluster } from '../../../src/store/embedded/postmaster.ts';
import { temporaryFolder } from './folder.ts';
import { onFreePort } from './process.ts';

export interface PostgresServer extends AsyncDisposable {
  /** The maintenance database. Tests take a database of their own with `createDatabase`. */
  readonly url: string;
  readonly port: number;
  readonly dataDir: string;
  /** A new empty database, as a URL. */
  createDatabase(): Promise<string>;
  /** Connections stay open and nothing is answered any more. New ones are not taken either. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Ends at once, as in a power cut; every session is cut off. */
  kill(): Promise<void>;
  /** Up again on the same port and data. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

const PASSWORD = 'test-only';

/** Nothing waits for the disk. What is committed still outlives a killed process, though not a killed machine. */
const HASTY = { fsync: 'off', full_page_writes: 'off' };

/** A real Postgres on a free port, by the same code that runs the daemon's embedded one. */
export async function startPostgres(
  options: {
    /** Commits reach the disk, as in production. */
    readonly durable?: boolean;
    readonly settings?: Readonly<Record<string, string>>;
  } = {},
): Promise<PostgresServer> {
  const binaries = await findBinaries();
  const folder = await temporaryFolder('postgres');
  const dataDir = join(folder.path, 'data');
  const logFile = join(folder.path, 'postgres.log');
  const settings = { max_connections: '200', ...(options.durable ? {} : HASTY), ...options.settings };
  const start = (port: number) =>
    startCluster({ binaries, dataDir, port, logFile, settings, endsWithParent: true, within: 30_000 });
  const stop = async () => {
    await stopCluster({ dataDir, mode: 'immediate' });
    await folder.remove();
  };
  try {
    await openFor(folder.path, binaries.postgres);
    await initCluster({ binaries, dataDir, password: PASSWORD });
    const { port } = await onFreePort(start);
    const url = `postgres://${OWNER}:${PASSWORD}@127.0.0.1:${port}/postgres`;
    return {
      url,
      port,
      dataDir,
      createDatabase: () => createDatabase(url),
      pause: () => signalAll(dataDir, 'SIGSTOP'),
      resume: () => signalAll(dataDir, 'SIGCONT'),
      async kill() {
        await signalAll(dataDir, 'SIGCONT');
        await stopCluster({ dataDir, mode: 'immediate' });
      },
      async restart() {
        await stopCluster({ dataDir });
        await start(port);
      },
      stop,
      [Symbol.asyncDispose]: stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** A new empty database on the server that this URL belongs to, as a URL. */
export async function createDatabase(url: string): Promise<string> {
  const name = `test_${crypto.randomUUID().replaceAll('-', '')}`;
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(`CREATE DATABASE ${name}`);
  } finally {
    await client.end();
  }
  const fresh = new URL(url);
  fresh.pathname = `/${name}`;
  return fresh.href;
}

/** Root's temporary folders are closed to the user that Postgres runs as. */
async function openFor(folder: string, postgres: string): Promise<void> {
  const { uid, gid } = await chooseAccount({ postgres, parent: '/', dataDir: folder });
  if (uid !== undefined && gid !== undefined) await chown(folder, uid, gid);
}

/** Every backend is a process of its own in the postmaster's session. */
async function signalAll(dataDir: string, signal: NodeJS.Signals): Promise<void> {
  const running = await runningCluster(dataDir);
  if (running !== undefined) process.kill(-running.pid, signal);
}
