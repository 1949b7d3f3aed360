import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Json } from '../../domain/json.ts';
import type { Clock } from '../../domain/time.ts';
import type { BullmqTool } from '../../remediation/tools.ts';
import { recordedCalls } from '../call.ts';
import type { BullmqConfig } from '../config.ts';
import type { Connected } from '../connected.ts';
import { ToolRefusal } from '../error.ts';
import { redisConnection } from '../redis-connection.ts';
import { moveStalled, openQueue, retryFailed, takeFromWorker } from './change.ts';
import { type QueueName, queueName } from './names.ts';
import { countWorkers, readCounts, readFinished, readJobs } from './read.ts';

const MAX_JOBS = 1_000;
/** BullMQ's workers check for stalled jobs every 30 s by default; our look may have to wait for its turn twice. */
const STALLED_TIMEOUT = 90_000;

/** The queues of a managed system. */
export function connectBullmq(config: BullmqConfig, url: string, clock: Clock): Connected<BullmqTool> {
  const connection = redisConnection(url, config.timeout);
  const queues = new Map<string, Queue>();

  const opened = (client: Redis, name: QueueName): Queue => {
    const queue = queues.get(name.full) ?? openQueue(client, name);
    queues.set(name.full, queue);
    return queue;
  };

  return {
    async close() {
      await Promise.allSettled([...queues.values()].map((queue) => queue.close()));
      queues.clear();
      await connection.close();
    },
    open(scope) {
      const recorded = recordedCalls('bullmq', scope, clock, [connection.password]);

      const call = <T>(options: {
        readonly call: string;
        readonly queue: string;
        readonly args?: Readonly<Record<string, Json>>;
        readonly timeout?: number;
        act(name: QueueName, client: Redis, signal: AbortSignal): Promise<T>;
      }) =>
        recorded<T>({
          call: options.call,
          args: { queue: options.queue, ...options.args },
          timeout: options.timeout ?? config.timeout,
          async act(signal) {
            const name = queueName(config.prefix, options.queue);
            return await options.act(name, await connection.ready(signal), signal);
          },
        });

      return {
        counts: (queue) =>
          call({ call: 'counts', queue, act: async (name, client) => ({ ...(await readCounts(client, name)) }) }),
        finished: (queue) => call({ call: 'finished', queue, act: (name, client) => readFinished(client, name) }),
        jobs: (queue, state, limit) =>
          call({
            call: 'jobs',
            queue,
            args: { state, limit },
            async act(name, client) {
              checkCount(limit);
              return (await readJobs(client, name, state, limit)).map((job) => ({ ...job }));
            },
          }),
        workers: (queue) => call({ call: 'workers', queue, act: (name, client) => countWorkers(client, name) }),
        retry: (queue, jobIds) =>
          call({
            call: 'retry',
            queue,
            args: { jobIds },
            timeout: config.timeout * 4,
            async act(name, client, signal) {
              checkCount(jobIds.length);
              let retried = 0;
              for (const id of jobIds) {
                signal.throwIfAborted();
                if (await retryFailed(opened(client, name), id)) retried += 1;
              }
              return retried;
            },
          }),
        recoverStalled: (queue) =>
          call({
            call: 'recoverStalled',
            queue,
            timeout: STALLED_TIMEOUT,
            act: (name, client, signal) => moveStalled(client, opened(client, name), name, clock, signal),
          }),
        requeueActive: (queue, jobId) =>
          call({
            call: 'requeueActive',
            queue,
            args: { jobId },
            act: (name, client) => takeFromWorker(client, opened(client, name), name, jobId),
          }),
        pause: (queue) => call({ call: 'pause', queue, act: (name, client) => opened(client, name).pause() }),
        resume: (queue) => call({ call: 'resume', queue, act: (name, client) => opened(client, name).resume() }),
      };
    },
  };
}

function checkCount(count: number): void {
  if (!Number.isInteger(count) || count < 0 || count > MAX_JOBS) {
    throw new ToolRefusal(`${count} jobs at once; at most ${MAX_JOBS}`);
  }
}
