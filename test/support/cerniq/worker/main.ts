/**
 * A worker service of Cerniq, run by PM2: `main.ts <service>`. It serves the service's queues with one job at a time
 * each, and suffers whatever fault the world has declared for it.
 */
import { DelayedError, type Job, RateLimitError, WaitingError, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { controlChannel, KEYS, SERVICES, type Service, sourceOf, splitQueueName, type WorkerFault } from '../names.ts';
import { enrich } from './enrich.ts';
import { ingest, score, send } from './jobs.ts';
import type { Shop } from './shop.ts';
import { sourceAnswers } from './upstream.ts';

const service = process.argv[2] as Service;
const { CERNIQ_REDIS_URL = '', CERNIQ_DATABASE_URL = '', CERNIQ_UPSTREAMS = '{}', CERNIQ_OWNER = '0' } = process.env;

// First of all: where the owner is gone its Redis is, too, and what follows would wait for ever.
setInterval(endWithOwner, 2_000);
const redis = new Redis(CERNIQ_REDIS_URL, { maxRetriesPerRequest: null });
const control = redis.duplicate();
await control.subscribe(controlChannel(redis.options.db ?? 0));
// Whoever waits for this number may then tell us things.
const boot = await redis.hincrby(KEYS.boots, service, 1);
const shop: Shop = { redis, databaseUrl: CERNIQ_DATABASE_URL, upstreams: JSON.parse(CERNIQ_UPSTREAMS) };
const workers = SERVICES[service].map((queue) => ({ queue, worker: serve(queue) }));
// One look after the other, so that the last one to end is the one that saw the latest state.
let looking = obey();
control.on('message', () => {
  looking = looking.then(obey).catch((error) => console.error(`${service}: ${error}`));
});
await looking;
await beat();
setInterval(beat, 500);
setInterval(halfOpen, 1_000);
// A hung job would make a graceful end wait for ever, and PM2 counts on us to go when told.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(0));
console.log(`${service} is up, start number ${boot}`);

function serve(queue: string): Worker {
  const { name, prefix } = splitQueueName(queue);
  const worker: Worker = new Worker(name, (job, token) => work(queue, worker, job, token), {
    prefix,
    connection: redis,
    concurrency: 1,
    autorun: false,
    // Short, so that what a dead worker held is soon taken up again.
    lockDuration: 3_000,
    stalledInterval: 1_000,
    maxStalledCount: 5,
  });
  worker.on('error', (error) => console.error(`${queue}: ${error.message}`));
  worker.on('failed', (job, error) => console.error(`${queue}: job ${job?.id} failed: ${error.message}`));
  return worker;
}

async function work(queue: string, worker: Worker, job: Job, token = ''): Promise<void> {
  const fault = await currentFault();
  // The event loop goes on and the lock is renewed: nothing but the missing result gives it away.
  if (fault?.kind === 'hang') await new Promise(() => undefined);
  if (fault?.kind === 'slow') await new Promise((resolve) => setTimeout(resolve, fault.ms));
  const source = sourceOf(queue);
  const phone = phoneOf(queue);
  try {
    // A pause does not stop the look for a job that is under way: that one goes back.
    if (phone !== undefined && !(await maySend(phone))) {
      await worker.pause(true);
      await job.moveToWait(token);
      throw new WaitingError();
    }
    if (source !== undefined) await enrich(shop, source, worker, job, token);
    else if (queue.startsWith('bronze:')) await ingest(shop, job);
    else if (queue.startsWith('silver:score')) await score(shop, job);
    else await send(shop, queue);
    await count('cerniq_worker_jobs_processed_total', queue, 'completed');
  } catch (error) {
    // A job that was put back is neither done nor failed.
    const putBack = [DelayedError, RateLimitError, WaitingError].some((kind) => error instanceof kind);
    if (!putBack) await count('cerniq_worker_jobs_processed_total', queue, 'failed');
    throw error;
  }
}

async function count(...key: readonly string[]): Promise<void> {
  await redis.hincrby(KEYS.counters, key.join('|'), 1);
}

/** A hung job does not stop the heart: this tells only that the process is there. */
async function beat(): Promise<void> {
  await redis.set(KEYS.alive(service), String(process.pid), 'PX', 1_500);
}

async function currentFault(): Promise<WorkerFault | undefined> {
  const text = await redis.hget(KEYS.workerFaults, service);
  const fault = text === null ? undefined : (JSON.parse(text) as WorkerFault);
  return fault !== undefined && (fault.sticky || boot <= fault.upToBoot) ? fault : undefined;
}

/** Falls over if told to, and serves the queue of a phone only while that phone may send. */
async function obey(): Promise<void> {
  if ((await currentFault())?.kind === 'crash') {
    console.error(`${service}: Error: heap out of memory`);
    process.exit(1);
  }
  for (const { queue, worker } of workers) {
    const phone = phoneOf(queue);
    if (phone !== undefined && !(await maySend(phone))) await worker.pause(true);
    else if (worker.isPaused() || !worker.isRunning()) await worker.resume();
  }
}

function phoneOf(queue: string): string | undefined {
  return /^q:wa:(.+)$/.exec(queue)?.[1];
}

async function maySend(phone: string): Promise<boolean> {
  const held = await redis.sismember(KEYS.heldPhones, phone);
  return held === 0 && (await redis.get(KEYS.status(phone))) === 'ACTIVE';
}

/** A breaker that is open asks from time to time whether it may close, unless that is what is broken. */
async function halfOpen(): Promise<void> {
  for (const source of new Set(SERVICES[service].map(sourceOf))) {
    if (source === undefined || (await redis.get(KEYS.circuit(source))) !== 'OPEN') continue;
    if (await redis.sismember(KEYS.stuckCircuits, source)) continue;
    if (await sourceAnswers(shop, source)) await redis.del(KEYS.circuit(source), KEYS.failures(source));
  }
}

/** A test run that was killed could not stop us, nor the PM2 that would keep us. */
function endWithOwner(): void {
  try {
    process.kill(Number(CERNIQ_OWNER), 0);
  } catch {
    process.kill(process.ppid, 'SIGTERM');
    process.exit(0);
  }
}
