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

/** What was counted last of each remediation, with the least and the most of the hour before it. For explaining only. */
export async function lastPopulations(
  sql: Sql,
): Promise<Map<string, { readonly count: number; readonly at: Time; readonly hour: { least: number; most: number } }>> {
  const rows = await sql.query<{ remediation: string; count: number; at: Time; least: number; most: number }>(
    `select distinct on (remediation) remediation, count, at,
       min(count) over w as least, max(count) over w as most
     from remedyd.populations window w as (partition by remediation) order by remediation, at desc`,
  );
  return new Map(
    rows.map(({ remediation, count, at, least, most }) => [remediation, { count, at, hour: { least, most } }]),
  );
}
