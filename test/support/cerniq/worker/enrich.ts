import { DelayedError, type Job, RateLimitError, type Worker } from 'bullmq';
import { KEYS, type Source } from '../names.ts';
import type { Shop } from './shop.ts';
import { lookUp } from './upstream.ts';

/** Failures in a row that open the breaker. */
const TOLERATED = 5;

/**
 * Enriches one company from one source. While the breaker is open jobs go back to wait, while the source's limit is used
 * up they are delayed until it is reset; in both cases nothing is completed.
 */
export async function enrich(shop: Shop, source: Source, worker: Worker, job: Job, token: string): Promise<void> {
  const { redis } = shop;
  if ((await redis.get(KEYS.circuit(source))) === 'OPEN') {
    await worker.rateLimit(300);
    throw new RateLimitError();
  }
  if ((await redis.get(KEYS.rateLimit(source))) === '0') {
    const left = Math.max(await redis.pttl(KEYS.rateLimit(source)), 200);
    await job.moveToDelayed(Date.now() + left, token);
    throw new DelayedError();
  }
  const begun = performance.now();
  try {
    await lookUp(shop, source, String(job.data.cui ?? job.id));
  } catch (error) {
    await redis.hincrby(KEYS.counters, `cerniq_silver_enrichment_errors_total|${source}|upstream`, 1);
    if ((await redis.incr(KEYS.failures(source))) >= TOLERATED) await redis.set(KEYS.circuit(source), 'OPEN');
    throw new Error(`Network error: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  } finally {
    const seconds = (performance.now() - begun) / 1_000;
    await redis
      .pipeline()
      .hincrby(KEYS.counters, `cerniq_silver_enrichment_duration_seconds_count|${source}`, 1)
      .hincrbyfloat(KEYS.counters, `cerniq_silver_enrichment_duration_seconds_sum|${source}`, seconds)
      .exec();
  }
  await redis.del(KEYS.failures(source));
}
