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

/**
 * Keeps what people sent, with the work that it owes, in one statement: once it is acknowledged it is not lost, and the same
 * request sent again owes nothing more.
 *
 * @param id the same for every delivery of one request
 */
export async function takeRequest(sql: Sql, id: string, data: JsonObject, now: Time): Promise<Taken> {
  const rows = await sql.query<{ replays: number; outboxId: number | null }>(
    `with taken as (
       insert into remedyd.requests as r (id, received_at) values ($1, $2)
       on conflict (id) do update set replays = r.replays + 1 returning replays
     ), owed as (
       insert into remedyd.outbox (kind, data, due_at, queued_until, created_at)
       select 'answer', $3::jsonb, $2, $4, $2 from taken where replays = 0 returning id
     )
     select taken.replays, owed.id as "outboxId" from taken left join owed on true`,
    [id, at(now), json(data), at(now + HANDED_FOR)],
    'take-request',
  );
  const handed = rows.flatMap(({ outboxId }): Handed[] =>
    outboxId === null ? [] : [{ id: outboxId, kind: 'answer', handed: 1 }],
  );
  return { handed, replays: rows[0]?.replays ?? 0 };
}
