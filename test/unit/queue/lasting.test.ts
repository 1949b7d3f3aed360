import { describe, expect, test } from 'vitest';
import { type LibraryWorker, lastingQueue, lastingWorker } from '../../../src/queue/lasting.ts';
import type { WakeUp } from '../../../src/queue/wake-up.ts';

type Process = (wakeUp: WakeUp) => Promise<void>;

/** A worker of the library, as far as it can go wrong. */
class Library implements LibraryWorker {
  closed = 0;
  readonly process: Process;
  readonly #end: () => Promise<void>;
  readonly #listeners: ((error: Error) => void)[] = [];

  constructor(process: Process, end: () => Promise<void> = async () => undefined) {
    this.process = process;
    this.#end = end;
  }

  on(_event: 'error', listener: (error: Error) => void): void {
    this.#listeners.push(listener);
  }

  async close(): Promise<void> {
    this.closed += 1;
    await this.#end();
  }

  fail(message: string): void {
    for (const listener of this.#listeners) listener(new Error(message));
  }
}

const QUICK = { end: 10, again: 1 };

const never = () => new Promise<void>(() => undefined);

describe('a worker', () => {
  test('that spins is ended from within, before anything else gets its turn, and made anew', async () => {
    const made: Library[] = [];
    const errors: string[] = [];
    const worker = lastingWorker(
      (process) => made[made.push(new Library(process)) - 1] as Library,
      async () => undefined,
      (error) => errors.push(error.message),
      QUICK,
    );
    for (let turn = 0; turn < 1_000 && made[0]?.closed === 0; turn += 1) made[0]?.fail('the first connection failed');
    expect(made[0]?.closed).toBe(1);
    expect(errors).toHaveLength(3);
    while (made.length < 2) await new Promise((resolve) => setImmediate(resolve));
    await worker.stop();
    expect(made[1]?.closed).toBe(1);
  });

  test('that fails now and then is left alone', async () => {
    const library = new Library(async () => undefined);
    lastingWorker(
      () => library,
      async () => undefined,
      () => undefined,
    );
    for (let turn = 0; turn < 200; turn += 1) {
      library.fail('once');
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(library.closed).toBe(0);
  });

  test('waits for the work under way, and not for a server that is gone', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    let library: Library | undefined;
    const worker = lastingWorker(
      (process) => {
        library = new Library(process, never);
        return library;
      },
      () => promise,
      () => undefined,
      QUICK,
    );
    const job = library?.process({ ids: [1] });
    let stopped = false;
    const stopping = worker.stop().then(() => {
      stopped = true;
    });
    for (let turn = 0; turn < 50; turn += 1) await new Promise((next) => setImmediate(next));
    expect(stopped).toBe(false);
    resolve();
    await job;
    await stopping;
    await worker.abandon();
    expect(library?.closed).toBe(1);
  });
});

describe('a queue', () => {
  test('that could not take a job says so, and is made anew', async () => {
    let made = 0;
    const queue = lastingQueue(
      () => {
        made += 1;
        const broken = made === 1;
        const add = async () => {
          if (broken) throw new Error('its first connection had failed');
        };
        return { on: () => undefined, add, addBulk: add, close: async () => undefined };
      },
      () => undefined,
      QUICK,
    );
    await expect(queue.add('a-1', { ids: [1] })).rejects.toThrow('first connection');
    await expect(queue.addMany([{ jobId: 'a-2', wakeUp: { ids: [2] } }])).rejects.toThrow('first connection');
    while (made < 2) await new Promise((resolve) => setImmediate(resolve));
    await queue.add('a-3', { ids: [3] });
    expect(made).toBe(2);
    await queue.close();
  });

  test('ends in time', async () => {
    const hangs = { on: () => undefined, add: never, addBulk: never, close: never };
    await lastingQueue(
      () => hangs,
      () => undefined,
      QUICK,
    ).close();
  });
});
