import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { splitQueueName } from './names.ts';

export interface Counts {
  readonly waiting: number;
  readonly active: number;
  readonly delayed: number;
  readonly failed: number;
  readonly completed: number;
}

/** Cerniq's queues by their own names, opened when they are first used. */
export interface Queues {
  open(queue: string): Queue;
  counts(queue: string): Promise<Counts>;
  /** Adds jobs; answers with their ids. */
  enqueue(queue: string, count: number, data?: Readonly<Record<string, unknown>>): Promise<readonly string[]>;
  close(): Promise<void>;
}

export function openQueues(redis: Redis): Queues {
  const opened = new Map<string, Queue>();
  const open = (queue: string): Queue => {
    const known = opened.get(queue);
    if (known !== undefined) return known;
    const { name, prefix } = splitQueueName(queue);
    const fresh = new Queue(name, { prefix, connection: redis });
    // An outage of Redis is something this world must survive; whoever calls gets the error.
    fresh.on('error', () => undefined);
    opened.set(queue, fresh);
    return fresh;
  };
  return {
    open,
    async counts(queue) {
      const counts = await open(queue).getJobCounts('waiting', 'active', 'delayed', 'failed', 'completed');
      const { waiting = 0, active = 0, delayed = 0, failed = 0, completed = 0 } = counts;
      return { waiting, active, delayed, failed, completed };
    },
    async enqueue(queue, count, data = {}) {
      const jobs = await open(queue).addBulk(Array.from({ length: count }, () => ({ name: 'job', data })));
      return jobs.map(({ id }) => id ?? '');
    },
    async close() {
      await Promise.allSettled([...opened.values()].map((queue) => queue.close()));
    },
  };
}
