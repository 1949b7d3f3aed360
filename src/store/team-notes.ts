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
