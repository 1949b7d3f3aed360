import type { Redis } from 'ioredis';
import type { QueueCounts, QueueJob } from '../../remediation/tools.ts';
import type { QueueName } from './names.ts';

export type JobState = 'active' | 'failed' | 'wait' | 'delayed';

/**
 * Reads straight from the keys, never the field `data`: that may hold secrets or personal data, and the library's own
 * getters read whole jobs.
 */
export async function readCounts(client: Redis, queue: QueueName): Promise<QueueCounts> {
  const answers = await client
    .pipeline()
    .llen(queue.key('wait'))
    // BullMQ 5 moves the waiting jobs of a paused queue here; they wait all the same.
    .llen(queue.key('paused'))
    .llen(queue.key('active'))
    .zcard(queue.key('delayed'))
    .zcard(queue.key('failed'))
    .zcard(queue.key('prioritized'))
    .zcard(queue.key('completed'))
    .hexists(queue.key('meta'), 'paused')
    .exec();
  const [wait = 0, held = 0, active = 0, delayed = 0, failed = 0, prioritized = 0, completed = 0, paused = 0] =
    numbers(answers);
  return { wait: wait + held, active, delayed, failed, prioritized, completed, paused: paused === 1 };
}

/** Jobs that came to an end. Finished jobs are usually removed, so the sizes of the sets say little where metrics exist. */
export async function readFinished(client: Redis, queue: QueueName): Promise<number> {
  const [completed, failed] = await Promise.all([
    client.hget(queue.key('metrics:completed'), 'count'),
    client.hget(queue.key('metrics:failed'), 'count'),
  ]);
  if (completed !== null || failed !== null) return Number(completed ?? 0) + Number(failed ?? 0);
  const answers = await client.pipeline().zcard(queue.key('completed')).zcard(queue.key('failed')).exec();
  return numbers(answers).reduce((sum, one) => sum + one, 0);
}

export async function readJobs(
  client: Redis,
  queue: QueueName,
  state: JobState,
  limit: number,
): Promise<readonly QueueJob[]> {
  const jobs = await readEach(client, queue, await idsOf(client, queue, state, limit));
  if (state !== 'active') return jobs;
  return jobs.toSorted((a, b) => (a.startedAt ?? a.addedAt) - (b.startedAt ?? b.addedAt)).slice(0, limit);
}

/** Oldest first. New jobs are pushed on the left of both lists. */
async function idsOf(client: Redis, queue: QueueName, state: JobState, limit: number): Promise<readonly string[]> {
  if (limit === 0) return [];
  if (state === 'failed' || state === 'delayed') return await client.zrange(queue.key(state), '0', String(limit - 1));
  if (state === 'wait') return (await client.lrange(queue.key('wait'), -limit, -1)).reverse();
  // A job that was put back and taken again stands out of order among the active ones, which are few.
  return await client.lrange(queue.key('active'), 0, 9_999);
}

async function readEach(client: Redis, queue: QueueName, ids: readonly string[]): Promise<readonly QueueJob[]> {
  const pipeline = client.pipeline();
  for (const id of ids) {
    pipeline.hmget(queue.key(id), 'name', 'timestamp', 'processedOn', 'atm', 'attemptsMade', 'failedReason');
    pipeline.exists(queue.key(`${id}:lock`));
  }
  const answers = values(await pipeline.exec());
  return ids.flatMap((id, i) => {
    const [name, timestamp, processedOn, made, madeBefore, failedReason] = answers[i * 2] as (string | null)[];
    // It was removed between the two reads.
    if (name === null && timestamp === null) return [];
    return [
      {
        id,
        name: name ?? '',
        addedAt: Number(timestamp ?? 0),
        startedAt: processedOn == null ? null : Number(processedOn),
        attempts: Number(made ?? madeBefore ?? 0),
        failedReason: failedReason ?? null,
        locked: answers[i * 2 + 1] === 1,
      },
    ];
  });
}

/** Worker connections by CLIENT LIST, where BullMQ's workers name themselves. */
export async function countWorkers(client: Redis, queue: QueueName): Promise<number> {
  const list = String(await client.call('CLIENT', 'LIST'));
  return list.split('\n').filter((line) => queue.isWorker(/(?:^| )name=(\S*)/.exec(line)?.[1] ?? '')).length;
}

type Answers = Awaited<ReturnType<ReturnType<Redis['pipeline']>['exec']>>;

function values(answers: Answers): readonly unknown[] {
  return (answers ?? []).map(([error, value]) => {
    if (error !== null) throw error;
    return value;
  });
}

function numbers(answers: Answers): readonly number[] {
  return values(answers).map(Number);
}
