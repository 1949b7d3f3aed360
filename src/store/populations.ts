import type { Millis, Time } from '../domain/time.ts';
import { at, type Sql } from './sql.ts';

const HOUR: Millis = 3_600_000;

/**
 * Remembers how many there were, for every replica, and forgets what is older than an hour.
 *
 * @returns the fewest and the most that were counted within the hour before; undefined where nothing was.
 */
export async function rememberPopulation(
  sql: Sql,
  remediation: string,
  count: number,
  now: Time,
): Promise<{ readonly least: number; readonly most: number } | undefined> {
  const [row] = await sql.query<{ least: number | null; most: number | null }>(
    `with forgotten as (delete from remedyd.populations where remediation = $1 and at <= $4),
       counted as (insert into remedyd.populations (remediation, at, count) values ($1, $3, $2))
     select min(count) as least, max(count) as most from remedyd.populations where remediation = $1 and at > $4`,
    [remediation, count, at(now), at(now - HOUR)],
    'remember-population',
  );
  return row?.least == null || row.most == null ? undefined : { least: row.least, most: row.most };
}
