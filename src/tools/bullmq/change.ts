import { Queue, type RedisQueueBackend } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Clock } from '../../domain/time.ts';
import type { QueueName } from './names.ts';
import { readJobs } from './read.ts';

/** BullMQ's own default: a job that stalls once more than this is failed, so that it cannot kill one worker after another. */
const MAX_STALLED = 1;

/** How long between the two looks. A job that was taken just before the first has its lock by the second. */
const BETWEEN_LOOKS = 1_000;

/** The library's own scripts on one queue, on a connection that stays ours. */
export function openQueue(client: Redis, { prefix, name }: QueueName): Queue {
  const options = {
    connection: client,
    prefix,
    // Opening a queue must change nothing in it.
    skipMetasUpdate: true,
    // Else it asks the version and prints its opinions on it.
    skipVersionCheck: true,
    // Read by the stalled check, which otherwise only workers do. The short lock lets our second look follow at once.
    maxStalledCount: MAX_STALLED,
    stalledInterval: 1,
  };
  const queue = new Queue(name, options);
  // The call that fails says so; without a listener the same error would end the process.
  queue.on('error', () => undefined);
  return queue;
}

/** Moves one failed job back to wait. False where it is not failed any more. */
export async function retryFailed(queue: Queue, id: string): Promise<boolean> {
  try {
    // All that the script reads of a job; a whole one would bring its data along.
    await backendOf(queue).retryFinishedJob({ id, opts: {} } as never, 'failed');
    return true;
  } catch (error) {
    if (isStateError(error)) return false;
    throw error;
  }
}

/**
 * BullMQ's stalled check, in its two passes: the first marks all active jobs, the second moves those of them back to wait
 * that have no lock. Workers that live make the same passes; one of theirs is as good as one of ours, so it is only
 * waited for. Answers with the jobs that had no lock and are not active any more, whoever moved them.
 */
export async function moveStalled(
  client: Redis,
  queue: Queue,
  name: QueueName,
  clock: Clock,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const lost = await withoutLock(client, name);
  if (lost.length === 0) return [];
  for (const look of [1, 2]) {
    if (look === 2) await clock.sleep(BETWEEN_LOOKS, signal);
    const theirs = await client.pttl(name.key('stalled-check'));
    if (theirs > 0) await clock.sleep(theirs, signal);
    else await backendOf(queue).moveStalledJobsToWait();
  }
  const still = new Set(await withoutLock(client, name));
  return lost.filter((id) => !still.has(id));
}

async function withoutLock(client: Redis, name: QueueName): Promise<readonly string[]> {
  const active = await readJobs(client, name, 'active', 1_000);
  return active.filter((job) => !job.locked).map((job) => job.id);
}

/**
 * Takes the job's lock away from its worker and puts the job back to wait, in one script. The worker, if it lives, can
 * neither finish nor fail the job after that; it may still be in the middle of its work.
 */
export async function takeFromWorker(client: Redis, queue: Queue, name: QueueName, id: string): Promise<boolean> {
  const backend = backendOf(queue);
  if (!(await backend.isJobInState('active', id))) return false;
  const token = (await client.get(name.key(`${id}:lock`))) ?? '0';
  try {
    await backend.moveJobFromActiveToWait(id, token);
    return true;
  } catch (error) {
    // It ended, or was taken by somebody else, between the look and the move.
    if (isStateError(error)) return false;
    throw error;
  }
}

function backendOf(queue: Queue): RedisQueueBackend {
  return queue.getBackend() as RedisQueueBackend;
}

/** The scripts answer with a negative number where the job is not in the state that they need. */
function isStateError(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'number' && code < 0;
}
