import type { Job } from 'bullmq';
import pg from 'pg';
import { KEYS, today } from '../names.ts';
import type { Shop } from './shop.ts';

/** One row of an import: its batch moves on by one. */
export async function ingest(shop: Shop, job: Job): Promise<void> {
  const { batchId } = job.data as { batchId?: string };
  if (batchId === undefined) return;
  await query(
    shop,
    `UPDATE bronze_import_batches
     SET processed_rows = least(processed_rows + 1, total_rows),
         progress_percent = least(100, 100 * (processed_rows + 1) / greatest(total_rows, 1)),
         status = CASE WHEN processed_rows + 1 >= total_rows THEN 'completed' ELSE 'processing' END
     WHERE id = $1 AND status IN ('pending', 'processing')`,
    [batchId],
  );
}

/** The score of one company, or of nothing when the job names none. */
export async function score(shop: Shop, job: Job): Promise<void> {
  const { companyId } = job.data as { companyId?: string };
  if (companyId === undefined) return;
  await query(
    shop,
    `UPDATE silver_companies
     SET completeness_score = 80, accuracy_score = 80, freshness_score = 80, total_quality_score = 80
     WHERE id = $1`,
    [companyId],
  );
}

/** One message to a new contact; it costs one of the phone's daily quota, which the key and the log both hold. */
export async function send(shop: Shop, queue: string): Promise<void> {
  const phone = /^q:wa:(.+)$/.exec(queue)?.[1];
  if (phone === undefined) return;
  await query(
    shop,
    `INSERT INTO gold_communication_log (phone_id, channel, quota_cost, status, sent_at)
     VALUES ($1, 'WHATSAPP', 1, 'SENT', now())`,
    [phone],
  );
  const key = KEYS.quota(phone, today());
  await shop.redis.multi().incr(key).expire(key, 172_800).exec();
}

const pools = new Map<string, pg.Pool>();

async function query(shop: Shop, sql: string, values: readonly unknown[]): Promise<void> {
  const pool = pools.get(shop.databaseUrl) ?? new pg.Pool({ connectionString: shop.databaseUrl, max: 2 });
  pools.set(shop.databaseUrl, pool);
  pool.on('error', () => undefined);
  await pool.query(sql, [...values]);
}
