import { readFile } from 'node:fs/promises';
import type { Redis } from 'ioredis';
import type pg from 'pg';
import { KEYS, PHONES, TENANT, today, USERS } from './names.ts';

/** Creates the tables and an ordinary working day in them: all phones up, leads assigned, some reviews open. */
export async function createDatabase(pool: pg.Pool): Promise<void> {
  await pool.query(await readFile(new URL('schema.sql', import.meta.url), 'utf8'));
  const users = Object.values(USERS);
  await pool.query('INSERT INTO users SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[])', [
    users.map(({ id }) => id),
    users.map(({ name }) => name),
    users.map(({ email }) => email),
  ]);
  await pool.query(
    `INSERT INTO wa_phone_numbers (id, tenant_id, phone_number, phone_label, timelinesai_account_id, status)
     SELECT id, $2, '+4071200' || right('000' || n, 4), 'Sales ' || right('0' || n, 2), 'acc_' || right('0' || n, 2), 'ACTIVE'
     FROM unnest($1::text[]) WITH ORDINALITY AS phone (id, n)`,
    [PHONES, TENANT],
  );
  await pool.query(
    `INSERT INTO gold_lead_journey (assigned_phone_id, assigned_at, engagement_stage, next_action_at)
     SELECT phone, now(), stage, now() + interval '1 day'
     FROM unnest($1::text[]) AS phone, unnest(ARRAY['COLD', 'CONTACTED_WA', 'REPLIED', 'NEGOTIATING']) AS stage`,
    [PHONES],
  );
  await pool.query(
    `INSERT INTO gold_communication_log (phone_id, channel, quota_cost, status, sent_at, created_at)
     SELECT phone, 'WHATSAPP', 1, 'SENT', at, at
     FROM unnest($1::text[]) AS phone, unnest(ARRAY[now(), now(), now() - interval '1 day', now() - interval '3 days']) AS at`,
    [PHONES],
  );
  await pool.query(
    `INSERT INTO wa_quota_usage SELECT id, (now() AT TIME ZONE 'UTC')::date - 1, 1 FROM wa_phone_numbers`,
  );
  await pool.query(
    `INSERT INTO approval_tasks (approval_type, priority, status, due_at, assigned_to, metadata)
     SELECT 'dedup_review', priority, 'assigned', now() + interval '8 hours', $2, '{"confidence": 0.8}'
     FROM unnest($1::text[]) AS priority`,
    [['urgent', 'high', 'medium', 'low'], USERS.agent1.id],
  );
  await pool.query("INSERT INTO outreach_sequences (name) VALUES ('cold-retail'), ('cold-horeca')");
  await pool.query(
    "INSERT INTO cron_job_status VALUES ('e5_churn_daily', now() - interval '1 hour', now() + interval '23 hours', 'ok')",
  );
}

/** Puts the counters and states in Redis that the tables imply. */
export async function fillRedis(redis: Redis): Promise<void> {
  const pipeline = redis.pipeline();
  for (const phone of PHONES) {
    pipeline.set(KEYS.status(phone), 'ACTIVE');
    pipeline.set(KEYS.quota(phone, today()), 2, 'EX', 172_800);
  }
  await pipeline.exec();
}
