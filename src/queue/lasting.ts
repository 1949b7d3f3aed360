import { setTimeout as pause } from 'node:timers/promises';
import type { JobsOptions } from 'bullmq';
import type { Millis } from '../domain/time.ts';
import type { WakeUp, WakeUpQueue, WakeUpWorker } from './wake-up.ts';

/**
 * What is here makes up for the library where Redis or Postgres is away at the wrong moment: a queue or worker whose first
 * connection fails never tries another one, a worker then asks for jobs without ever letting anything else in the process
 * run, and its end waits for a server that may be gone for good.
 */

export interface Patience {
  /** How long the library may take to end once no job is under way. */
  readonly end: Millis;
  /** How soon a queue or worker is made anew after it has failed. */
  readonly again: Millis;
}

const PATIENCE: Patience = { end: 2_000, again: 1_000 };

/** As many errors as this within one turn of the event loop come from a loop that would never end. */
const SPINNING = 50;

/** A wake-up is not worth keeping: the outbox hands it over again where it got lost. */
const JOB: JobsOptions = { removeOnComplete: true, removeOnFail: true, attempts: 1 };

export interface LibraryQueue {
  on(event: 'error', listener: (error: Error) => void): unknown;
  add(name: string, data: WakeUp, options: JobsOptions): Promise<unknown>;
  addBulk(jobs: { name: string; data: WakeUp; opts: JobsOptions }[]): Promise<unknown>;
  close(): Promise<void>;
}

export interface LibraryWorker {
  on(event: 'error', listener: (error: Error) => void): unknown;
  close(force?: boolean): Promise<void>;
}

/** A queue that is made anew after it could not take a job. */
export function lastingQueue(
  make: () => LibraryQueue,
  onError: (error: Error) => void,
  patience = PATIENCE,
): WakeUpQueue {
  let current = open();
  let ended = false;
  let replacing = false;
  return {
    add: (jobId, wakeUp) => attempt((queue) => queue.add('wake-up', wakeUp, { ...JOB, jobId })),
    addMany: (jobs) =>
      attempt((queue) =>
        queue.addBulk(jobs.map(({ jobId, wakeUp }) => ({ name: 'wake-up', data: wakeUp, opts: { ...JOB, jobId } }))),
      ),
    async close() {
      ended = true;
      await atMost(current.close(), patience.end);
    },
  };

  function open(): LibraryQueue {
    const queue = make();
    queue.on('error', onError);
    return queue;
  }

  async function attempt(work: (queue: LibraryQueue) => Promise<unknown>): Promise<void> {
    try {
      await work(current);
    } catch (error) {
      void replace();
      throw error;
    }
  }

  async function replace(): Promise<void> {
    if (replacing || ended) return;
    replacing = true;
    await pause(patience.again, undefined, { ref: false });
    replacing = false;
    if (ended) return;
    const old = current;
    current = open();
    await old.close().catch(onError);
  }
}

/**
 * A worker that is made anew when it spins, and ends in time.
 *
 * @param make starts the library's worker on a processor
 */
export function lastingWorker(
  make: (process: (wakeUp: WakeUp) => Promise<void>) => LibraryWorker,
  work: (wakeUp: WakeUp) => Promise<void>,
  onError: (error: Error) => void,
  patience = PATIENCE,
): WakeUpWorker {
  const underway = new Set<Promise<void>>();
  let current = open();
  let ending: Promise<void> | undefined;
  return {
    async stop() {
      const ended = end(false);
      await Promise.race([ended, Promise.all(underway).then(() => atMost(ended, patience.end))]);
    },
    abandon: () => atMost(end(true), patience.end),
  };

  function open(): LibraryWorker {
    const worker = make(async (wakeUp) => {
      const working = work(wakeUp);
      underway.add(working);
      await working.finally(() => underway.delete(working));
    });
    let errors = 0;
    worker.on('error', (error) => {
      errors += 1;
      if (errors === 1) setImmediate(() => (errors = 0));
      if (errors <= 3) onError(error);
      if (errors === SPINNING) void replace(worker);
    });
    return worker;
  }

  async function replace(spinning: LibraryWorker): Promise<void> {
    // Its loop ends at once, because this is what it looks for before each turn.
    void spinning.close(true).catch(onError);
    await pause(patience.again, undefined, { ref: false });
    if (ending === undefined && current === spinning) current = open();
  }

  function end(force: boolean): Promise<void> {
    ending ??= current.close(force).catch(onError);
    return ending;
  }
}

async function atMost(work: Promise<void>, ms: Millis): Promise<void> {
  const done = new AbortController();
  const late = pause(ms, undefined, { signal: done.signal }).catch(() => undefined);
  await Promise.race([work.catch(() => undefined), late]);
  done.abort();
}
