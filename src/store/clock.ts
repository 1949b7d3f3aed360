import type { Time } from '../domain/time.ts';
import type { Sql } from './sql.ts';

/** The database's own clock, which is the one that all replicas share. */
export async function databaseTime(sql: Sql): Promise<Time> {
  const [row] = await sql.query<{ time: Time }>('select clock_timestamp() as time', [], 'database-time');
  if (row === undefined) throw new Error('the database did not say what time it is');
  return row.time;
}
