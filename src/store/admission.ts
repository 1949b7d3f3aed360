import type { Sql } from './sql.ts';

/** Any number will do, as long as every replica uses the same. */
const ADMISSION_LOCK = 7_301_945;

/**
 * Waits until this is the only admission anywhere, until the end of the transaction. What is read afterwards is what every
 * earlier decision left behind, and no other decision is made on it meanwhile.
 */
export async function lockAdmission(sql: Sql): Promise<void> {
  await sql.query('select pg_advisory_xact_lock($1)', [ADMISSION_LOCK], 'admission-lock');
}
