import type { Millis, Time } from '../domain/time.ts';
import { at, type Sql } from './sql.ts';

/**
 * Notes that the team is told of something, or that something is done that is done now and then.
 *
 * @param again how long it rests until it may be told again
 * @returns whether it is time; of several that ask at once, one hears so.
 */
export async function noteOnce(sql: Sql, kind: string, key: string, now: Time, again: Millis): Promise<boolean> {
  const touched = await sql.run(
    `insert into remedyd.team_notes as n (kind, key, noted_at) values ($1, $2, $3)
     on conflict (kind, key) do update set noted_at = $3 where n.noted_at <= $4`,
    [kind, key, at(now), at(now - again)],
    'note-once',
  );
  return touched === 1;
}

/**
 * Up to when something was looked through. Whoever asks moves it on, so that of several nobody looks at the same time twice.
 *
 * @param first from when on, where nobody has looked yet
 * @returns from when on is still to be looked through; never later than `until`
 */
export async function lookedUntil(sql: Sql, kind: string, until: Time, first: Time): Promise<Time> {
  await sql.run(
    `insert into remedyd.team_notes (kind, key, noted_at) values ($1, 'looked', $2) on conflict do nothing`,
    [kind, at(first)],
  );
  const [row] = await sql.query<{ notedAt: Time }>(
    `select noted_at as "notedAt" from remedyd.team_notes where kind = $1 and key = 'looked' for update`,
    [kind],
  );
  await sql.run(`update remedyd.team_notes set noted_at = greatest(noted_at, $2) where kind = $1 and key = 'looked'`, [
    kind,
    at(until),
  ]);
  return Math.min(row?.notedAt ?? first, until);
}
