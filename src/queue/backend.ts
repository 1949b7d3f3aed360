import { setTimeout as pause } from 'node:timers/promises';
import { createPostgresBackend, type JobsOptions, Queue, Worker, withBackend } from 'bullmq';
import { Redis } from 'ioredis';

/** What the queue carries: which outbox rows are to be looked at. It remembers nothing that the outbox does not know. */
export interface WakeUp {
  readonly ids: readonly number[];
}

export interface WakeUpQueue {
  add(jobId: string, wakeUp: WakeUp): Promise<void>;
  addMany(jobs: readonly { readonly jobId: string; readonly wakeUp: WakeUp }[]): Promise<void>;
  close(): Promise<void>;
}

export interface WakeUpWorker {
  /** Takes no new job; resolves when those under way have ended. */
  stop(): Promise<void>;
  /** Leaves jobs where they are. */
  abandon(): Promise<void>;
}

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

/** A wake-up is not worth keeping: the outbox hands it over again where it got lost. */
const JOB: JobsOptions = { removeOnComplete: true, removeOnFail: true, attempts: 1 };

/** Opens the queue on Postgres or on Redis; nothing else knows which one it is. It need not be reachable yet. */
export function openBackend(options: BackendOptions): Backend {
  return options.kind === 'postgres' ? postgresBackend(options) : redisBackend(options);
}

function postgresBackend({ url, onError }: BackendOptions): Backend {
  const { Queue: PgQueue, Worker: PgWorker } = withBackend(createPostgresBackend);
  const connection = { connectionString: url, migrate: true, max: 3, application_name: 'remedyd queue' };
  return {
    kind: 'postgres',
    queue: (name) => wrapQueue(new PgQueue<WakeUp>(name, { connection }), onError),
    worker: (name, concurrency, work) =>
      wrapWorker(
        (process) => new PgWorker<WakeUp>(name, async (job) => process(job.data), { connection, concurrency }),
        work,
        onError,
      ),
    close: async () => undefined,
  };
}

function redisBackend({ url, prefix, onError }: BackendOptions): Backend {
  // Adding fails at once while Redis is away, so that the relay can go its other way; workers wait for it to come back.
  const adding = new Redis(url, { maxRetriesPerRequest: 1, enableOfflineQueue: false });
  const working = new Redis(url, { maxRetriesPerRequest: null });
  for (const redis of [adding, working]) redis.on('error', onError);
  return {
    kind: 'redis',
    queue: (name) => wrapQueue(new Queue<WakeUp>(name, { connection: adding, prefix }), onError),
    worker: (name, concurrency, work) =>
      wrapWorker(
        (process) =>
          new Worker<WakeUp>(name, async (job) => process(job.data), { connection: working, prefix, concurrency }),
        work,
        onError,
      ),
    close: async () => {
      adding.disconnect();
      working.disconnect();
    },
  };
}

interface AnyQueue {
  on(event: 'error', listener: (error: Error) => void): unknown;
  add(name: string, data: WakeUp, options: JobsOptions): Promise<unknown>;
  addBulk(jobs: { name: string; data: WakeUp; opts: JobsOptions }[]): Promise<unknown>;
  close(): Promise<void>;
}

function wrapQueue(queue: AnyQueue, onError: (error: Error) => void): WakeUpQueue {
  queue.on('error', onError);
  return {
    add: async (jobId, wakeUp) => {
      await queue.add('wake-up', wakeUp, { ...JOB, jobId });
    },
    addMany: async (jobs) => {
      await queue.addBulk(
        jobs.map(({ jobId, wakeUp }) => ({ name: 'wake-up', data: wakeUp, opts: { ...JOB, jobId } })),
      );
    },
    close: () => atMost(queue.close()),
  };
}

interface AnyWorker {
  on(event: 'error', listener: (error: Error) => void): unknown;
  close(force?: boolean): Promise<void>;
}

/** How long the library may take to end once no job is under way. It waits for a Redis that is gone, for ever. */
const END_WITHIN = 2_000;

/**
 * @param make starts the library's worker on a processor
 */
function wrapWorker(
  make: (process: (wakeUp: WakeUp) => Promise<void>) => AnyWorker,
  work: (wakeUp: WakeUp) => Promise<void>,
  onError: (error: Error) => void,
): WakeUpWorker {
  const underway = new Set<Promise<void>>();
  const worker = make(async (wakeUp) => {
    const working = work(wakeUp);
    underway.add(working);
    await working.finally(() => underway.delete(working));
  });
  worker.on('error', onError);
  let ending: Promise<void> | undefined;
  const end = (force: boolean) => {
    ending ??= worker.close(force).catch(onError);
    return ending;
  };
  return {
    async stop() {
      const ended = end(false);
      await Promise.race([ended, Promise.all(underway).then(() => atMost(ended))]);
    },
    abandon: () => atMost(end(true)),
  };
}

async function atMost(work: Promise<void>): Promise<void> {
  const done = new AbortController();
  const late = pause(END_WITHIN, undefined, { signal: done.signal }).catch(() => undefined);
  await Promise.race([work, late]);
  done.abort();
}
