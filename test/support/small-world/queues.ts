import type { Clock } from '../../../src/domain/time.ts';
import type { BullmqTool, QueueJob } from '../../../src/remediation/tools.ts';

/** One queue as a test sets it up. */
export interface SmallQueue {
  waiting: string[];
  active: { id: string; startedAt: number; locked: boolean }[];
  delayed: number;
  failed: number;
  completed: number;
  paused: boolean;
  workers: number;
  /** Jobs that are ended at each look, as long as the workers are well. */
  pace: number;
  /** Jobs that come in at each look. */
  arrivals: number;
}

export interface SmallQueues {
  readonly tool: BullmqTool;
  readonly acts: string[];
  set(name: string, queue: Partial<SmallQueue>): SmallQueue;
}

/** Queues whose time passes when somebody looks: each count of jobs is one tick. */
export function smallQueues(clock: Clock): SmallQueues {
  const queues = new Map<string, SmallQueue>();
  const acts: string[] = [];
  const set = (name: string, given: Partial<SmallQueue>): SmallQueue => {
    const empty = { waiting: [], active: [], delayed: 0, failed: 0, completed: 0, paused: false, workers: 1 };
    const queue: SmallQueue = { ...empty, pace: 0, arrivals: 0, ...given };
    queues.set(name, queue);
    return queue;
  };
  const get = (name: string): SmallQueue => queues.get(name) ?? set(name, {});
  const tick = (queue: SmallQueue) => {
    queue.waiting.push(...Array.from({ length: queue.arrivals }, () => `new-${crypto.randomUUID()}`));
    queue.completed += queue.waiting.splice(0, queue.pace).length;
  };
  const job = (id: string, more: Partial<QueueJob> = {}): QueueJob => ({
    id,
    name: 'job',
    addedAt: clock.now() - 600_000,
    startedAt: null,
    attempts: 0,
    failedReason: null,
    locked: false,
    ...more,
  });
  const takeBack = (queue: SmallQueue, which: (one: SmallQueue['active'][number]) => boolean) => {
    const taken = queue.active.filter(which).map(({ id }) => id);
    queue.active = queue.active.filter((one) => !which(one));
    queue.waiting.unshift(...taken);
    return taken;
  };
  return {
    acts,
    set,
    tool: {
      async counts(name) {
        const queue = get(name);
        tick(queue);
        const { delayed, failed, completed, paused } = queue;
        const sizes = { wait: queue.waiting.length, active: queue.active.length, prioritized: 0 };
        return { ...sizes, delayed, failed, completed, paused };
      },
      finished: async (name) => get(name).completed + get(name).failed,
      async jobs(name, state, limit) {
        const queue = get(name);
        if (state === 'wait') return queue.waiting.slice(0, limit).map((id) => job(id));
        return state === 'active' ? queue.active.slice(0, limit).map((one) => job(one.id, one)) : [];
      },
      workers: async (name) => get(name).workers,
      async retry() {
        throw new Error('not part of this world');
      },
      async recoverStalled(name) {
        const ids = takeBack(get(name), (one) => !one.locked);
        if (ids.length > 0) acts.push(`recover ${ids.join(' ')}`);
        return ids;
      },
      async requeueActive(name, id) {
        const taken = takeBack(get(name), (one) => one.id === id);
        if (taken.length > 0) acts.push(`requeue ${id}`);
        return taken.length > 0;
      },
      async pause(name) {
        get(name).paused = true;
      },
      async resume(name) {
        get(name).paused = false;
      },
    },
  };
}
