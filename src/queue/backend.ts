import { createPostgresBackend, Queue, Worker, withBackend } from 'bullmq';
import { Redis } from 'ioredis';
import pg from 'pg';
import { lastingQueue, lastingWorker } from './lasting.ts';
import type { WakeUp, WakeUpQueue, WakeUpWorker } from './wake-up.ts';

export interface Backend {
  readonly kind: 'postgres' | 'redis';
  queue(name: string): WakeUpQueue;
  worker(name: string, concurrency: number, work: (wakeUp: WakeUp) => Promise<void>): WakeUpWorker;
  close(): Promise<void>;
}

export interface BackendOptions {
  readonly kind: 'postgres' | 'redis';
  /** Of the backend: Postgres' or Redis'. */
  readonly url: string;
  /** Keeps several services apart on one Redis. */
  readonly prefix: string;
  /** Trouble of the queue itself; what it carried is still in the outbox. */
  onError(error: Error): void;
}

/** How soon a worker asks again after its server was away. */
const RETRY = 1_000;

/** Opens the queue on Postgres or on Redis; nothing else knows which one it is. It need not be reachable yet. */
export function openBackend(options: BackendOptions): Backend {
  return options.kind === 'postgres' ? postgresBackend(options) : redisBackend(options);
}

function postgresBackend({ url, onError }: BackendOptions): Backend {
  const { Queue: PgQueue, Worker: PgWorker } = withBackend(createPostgresBackend);
  const connection = {
    connectionString: url,
    migrate: true,
    max: 3,
    application_name: 'remedyd queue',
    connectionTimeoutMillis: 3_000,
    Client: heardClient(onError),
  };
  return {
    kind: 'postgres',
    queue: (name) => lastingQueue(() => new PgQueue<WakeUp>(name, { connection }), onError),
    worker: (name, concurrency, work) =>
      lastingWorker(
        (process) =>
          new PgWorker<WakeUp>(name, async (job) => process(job.data), {
            connection,
            concurrency,
            runRetryDelay: RETRY,
          }),
        work,
        onError,
      ),
    close: async () => undefined,
  };
}

/**
 * A connection that dies while nobody listens to it ends the process, and the library brings its schema up to date on one
 * that it does not listen to.
 */
function heardClient(onError: (error: Error) => void): typeof pg.Client {
  return class extends pg.Client {
    constructor(config?: string | pg.ClientConfig) {
      super(config);
      this.on('error', onError);
    }
  };
}

function redisBackend({ url, prefix, onError }: BackendOptions): Backend {
  // Adding fails at once while Redis is away, so that the relay can go its other way; workers wait for it to come back.
  const adding = new Redis(url, { maxRetriesPerRequest: 1, enableOfflineQueue: false });
  const working = new Redis(url, { maxRetriesPerRequest: null });
  for (const redis of [adding, working]) redis.on('error', onError);
  return {
    kind: 'redis',
    queue: (name) => lastingQueue(() => new Queue<WakeUp>(name, { connection: adding, prefix }), onError),
    worker: (name, concurrency, work) =>
      lastingWorker(
        (process) =>
          new Worker<WakeUp>(name, async (job) => process(job.data), {
            connection: working,
            prefix,
            concurrency,
            runRetryDelay: RETRY,
          }),
        work,
        onError,
      ),
    close: async () => {
      adding.disconnect();
      working.disconnect();
    },
  };
}
