import type { Time } from '../domain/time.ts';
import { at, insertMany, type Sql } from './sql.ts';

/** One delivery as it came, kept for a while so that nothing is a matter of belief. */
export interface Webhook {
  readonly id: string;
  readonly receivedAt: Time;
  readonly source: string;
  readonly alerts: number;
  readonly rejected: string | null;
  /** What became of alerts that no incident tells of: late deliveries, unreadable ones. */
  readonly note: string | null;
  readonly body: string;
}

export async function insertWebhooks(sql: Sql, webhooks: readonly Webhook[]): Promise<void> {
  if (webhooks.length === 0) return;
  await insertMany(sql, 'webhooks', [
    { name: 'id', type: 'text', values: webhooks.map((w) => w.id) },
    { name: 'received_at', type: 'timestamptz', values: webhooks.map((w) => w.receivedAt) },
    { name: 'source', type: 'text', values: webhooks.map((w) => w.source) },
    { name: 'alerts', type: 'integer', values: webhooks.map((w) => w.alerts) },
    { name: 'rejected', type: 'text', values: webhooks.map((w) => w.rejected) },
    { name: 'note', type: 'text', values: webhooks.map((w) => w.note) },
    { name: 'body', type: 'text', values: webhooks.map((w) => w.body) },
  ]);
}

export interface Rejected {
  readonly source: string;
  readonly why: string;
  readonly count: number;
  readonly last: Time;
}

/** Rejected deliveries after one time and not after another, by source and reason, most frequent first. */
export async function rejectedBetween(sql: Sql, after: Time, until: Time): Promise<Rejected[]> {
  return sql.query<Rejected>(
    `select source, rejected as why, count(*) as count, max(received_at) as last from remedyd.webhooks
     where rejected is not null and received_at > $1 and received_at <= $2 group by 1, 2 order by 3 desc limit 20`,
    [at(after), at(until)],
  );
}
