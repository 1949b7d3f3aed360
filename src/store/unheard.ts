import type { Time } from '../domain/time.ts';
import { at, type Sql } from './sql.ts';

/** A page that no channel has taken yet, of an incident that is open and nobody's. */
export interface Unheard {
  readonly incidentId: string;
  readonly since: Time;
  readonly why: string;
}

/** A page is on its way. It stands here until a channel takes it. A second page of the incident changes only why. */
export async function noteUnheard(sql: Sql, incidentId: string, why: string, now: Time): Promise<void> {
  await sql.run(
    `insert into remedyd.unheard (incident_id, since, why) values ($1, $2, $3)
     on conflict (incident_id) do update set why = $3`,
    [incidentId, at(now), why.slice(0, 500)],
    'note-unheard',
  );
}

/** Says why a page that nobody has heard is not there yet; does nothing for one that somebody has. */
export async function whyUnheard(sql: Sql, incidentId: string, why: string): Promise<void> {
  await sql.run(
    'update remedyd.unheard set why = $2 where incident_id = $1',
    [incidentId, why.slice(0, 500)],
    'why-unheard',
  );
}

export async function noteHeard(sql: Sql, incidentId: string): Promise<void> {
  await sql.run('delete from remedyd.unheard where incident_id = $1', [incidentId], 'note-heard');
}

export async function isUnheard(sql: Sql, incidentId: string): Promise<boolean> {
  const rows = await sql.query(
    `select 1 from remedyd.unheard u join remedyd.incidents i on i.id = u.incident_id
     where u.incident_id = $1 and i.ended_at is null and i.acked_at is null`,
    [incidentId],
    'is-unheard',
  );
  return rows.length > 0;
}

/** Pages that have been on their way since before then, oldest first. */
export async function unheardSince(sql: Sql, before: Time): Promise<Unheard[]> {
  return sql.query<Unheard>(
    `select u.incident_id as "incidentId", u.since, u.why
     from remedyd.unheard u join remedyd.incidents i on i.id = u.incident_id
     where u.since <= $1 and i.ended_at is null and i.acked_at is null order by u.since limit 1000`,
    [at(before)],
    'unheard-since',
  );
}
