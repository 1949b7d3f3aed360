import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { ensure } from '../../../scripts/ensure.ts';
import { temporaryFolder } from './folder.ts';
import { launch, onFreePort, type Running } from './process.ts';

export interface RedisServer extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** Connections stay open and nothing is answered any more. */
  pause(): void;
  resume(): void;
  /** Ends at once, as in a power cut. What was written before is there after `restart`. */
  kill(): Promise<void>;
  /** Up again on the same port; with `empty` all data is lost. */
  restart(options?: { readonly empty?: boolean }): Promise<void>;
  /** A database number that nobody else of this server was given, as a URL. */
  takeDatabase(): Promise<string>;
  stop(): Promise<void>;
}

/** A real redis-server on a free port, with an append-only file so that its data outlives a kill. */
export async function startRedis(options: { readonly args?: readonly string[] } = {}): Promise<RedisServer> {
  const { 'redis-server': program } = await ensure(['redis-server'], () => undefined);
  const folder = await temporaryFolder('redis');
  const start = (port: number): Promise<Running> =>
    launch({
      name: 'redis-server',
      argv: [program, ...settings(port, folder.path), ...(options.args ?? [])],
      ready: () => answers(port),
    });
  let running: Running;
  let port: number;
  try {
    [running, port] = await onFreePort(async (candidate) => [await start(candidate), candidate] as const);
  } catch (error) {
    await folder.remove();
    throw error;
  }
  const url = `redis://127.0.0.1:${port}`;
  const stop = async () => {
    await running.stop();
    await folder.remove();
  };
  return {
    url,
    port,
    pause: () => running.signal('SIGSTOP'),
    resume: () => running.signal('SIGCONT'),
    kill: () => running.stop('SIGKILL'),
    async restart({ empty = false } = {}) {
      await running.stop('SIGKILL');
      if (empty) await rm(join(folder.path, 'appendonlydir'), { recursive: true, force: true });
      running = await start(port);
    },
    takeDatabase: () => takeRedisDatabase(url),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

/** Database 0 counts which of the others are taken, so that tests in several processes never share one. */
export async function takeRedisDatabase(url: string): Promise<string> {
  const redis = new Redis(url, { lazyConnect: true });
  try {
    await redis.connect();
    const database = await redis.incr('remedyd-test:databases');
    if (database >= DATABASES) throw new Error(`This Redis has only ${DATABASES} databases and all are taken`);
    return `${url}/${database}`;
  } finally {
    redis.disconnect();
  }
}

const DATABASES = 1_024;

function settings(port: number, folder: string): readonly string[] {
  const pairs = {
    port,
    bind: '127.0.0.1',
    dir: folder,
    databases: DATABASES,
    save: '',
    appendonly: 'yes',
    // The page cache outlives a killed process, which is all that tests need.
    appendfsync: 'no',
    'auto-aof-rewrite-percentage': 0,
  };
  return Object.entries(pairs).flatMap(([name, value]) => [`--${name}`, String(value)]);
}

async function answers(port: number): Promise<boolean> {
  const redis = new Redis({ port, host: '127.0.0.1', lazyConnect: true, retryStrategy: () => null });
  // ioredis also emits what it throws; without a listener it prints it.
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    return (await redis.ping()) === 'PONG';
  } finally {
    redis.disconnect();
  }
}
