import type { JsonObject } from '../domain/json.ts';
import type { Time } from '../domain/time.ts';
import { HANDED_FOR, type Handed } from './outbox.ts';
import { at, type Sql } from './sql.ts';
import { json } from './storable.ts';

export interface Taken {
  /** What to hand to the queue. */
  readonly handed: readonly Handed[];
  /** How often the very same request had come before. */
  readonly replays: number;
}

/** One request of a person, and the work that it owes. */
export interface NewRequest {
  /** The same for every delivery of one request. */
  readonly id: string;
  readonly data: JsonObject;
}

/**
 * Keeps what people sent, with the work that it owes, in one statement: once it is acknowledged it is not lost, and the same
 * request sent again owes nothing more. Each id may stand in the list once.
 *
 * @returns what was taken, in the order of the list
 */
export async function takeRequests(sql: Sql, requests: readonly NewRequest[], now: Time): Promise<Taken[]> {
  const rows = await sql.query<{ id: string; replays: number; outboxId: number | null }>(
    `with given as (
       select id, data::jsonb as data from unnest($1::text[], $2::text[]) as g(id, data)
     ), taken as (
       insert into remedyd.requests as r (id, received_at) select id, $3 from given order by id
       on conflict (id) do update set replays = r.replays + 1 returning id, replays
     ), owed as (
       insert into remedyd.outbox (kind, data, due_at, queued_until, created_at)
       select 'answer', data || jsonb_build_object('request', id), $3, $4, $3
       from given join taken using (id) where replays = 0
       returning id, data->>'request' as request
     )
     select taken.id, taken.replays, owed.id as "outboxId" from taken left join owed on owed.request = taken.id`,
    [requests.map(({ id }) => id), requests.map(({ data }) => json(data)), at(now), at(now + HANDED_FOR)],
    'take-requests',
  );
  const byId = new Map(rows.map((row) => [row.id, row]));
  return requests.map(({ id }) => {
    const { replays = 0, outboxId = null } = byId.get(id) ?? {};
    return { replays, handed: outboxId === null ? [] : [{ id: outboxId, kind: 'answer', handed: 1 }] };
  });
}
