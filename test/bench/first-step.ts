import { setTimeout as pause } from 'node:timers/promises';
import { openBackend } from '../../src/queue/backend.ts';
import type { DaemonClient } from '../support/daemon/client.ts';
import type { Toy } from '../support/daemon/toy.ts';
import { percentile } from './load.ts';

export interface Latency {
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** One every so often: the latency of a quiet night, not of a queue that is full. */
const EVERY = 150;

const latency = (values: readonly number[]): Latency => ({
  p50Ms: percentile(values, 50),
  p99Ms: percentile(values, 99),
});

/** From the sending of a webhook to the first call of the first step of its run: stored, decided, admitted and journaled. */
export async function webhookToFirstStep(daemon: DaemonClient, toy: Toy, count: number): Promise<Latency> {
  const took: number[] = [];
  for (let i = 0; i < count; i += 1) {
    const thing = `bench-${i}`;
    const begun = performance.now();
    const answered = daemon.event({ name: 'thing:broken', status: 'firing', severity: 'LOW', labels: { thing } });
    while (toy.thing(thing).looked === 0) await new Promise((next) => setImmediate(next));
    took.push(performance.now() - begun);
    await answered;
    await daemon.event({ name: 'thing:broken', status: 'resolved', labels: { thing } });
    await pause(EVERY);
  }
  return latency(took.slice(Math.floor(count / 10)));
}

/** A bare BullMQ on the same backend: from `add` to the processor. */
export async function bareAddToProcess(kind: 'postgres' | 'redis', url: string, count: number): Promise<Latency> {
  const backend = openBackend({ kind, url, prefix: 'bench', onError: () => undefined });
  const begun = new Map<number, number>();
  const took: number[] = [];
  const queue = backend.queue('bench');
  const worker = backend.worker('bench', 1, async ({ ids: [id = 0] }) => {
    took.push(performance.now() - (begun.get(id) ?? 0));
  });
  for (let i = 1; i <= count; i += 1) {
    begun.set(i, performance.now());
    await queue.add(`job-${i}`, { ids: [i] });
    while (took.length < i) await new Promise((next) => setImmediate(next));
    await pause(EVERY);
  }
  await worker.abandon();
  await queue.close();
  await backend.close();
  return latency(took.slice(Math.floor(count / 10)));
}
