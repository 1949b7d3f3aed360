import { readdir, readFile } from 'node:fs/promises';
import type { Clock } from '../domain/time.ts';
import type { Db } from './db.ts';
import { at } from './sql.ts';

/** Any number will do, as long as every replica uses the same. */
const LOCK = 7_301_944;

const FOLDER = new URL('./migrations/', import.meta.url);

/**
 * Brings the schema up to date: every numbered file that has not run yet, in order, each in one transaction, under a
 * lock so that replicas that start together do not run them twice.
 *
 * @returns the names of the files that were run now.
 */
export async function migrate(db: Db, clock: Clock): Promise<readonly string[]> {
  const files = (await readdir(FOLDER)).filter((name) => name.endsWith('.sql')).sort();
  return db.transaction(async (sql) => {
    await sql.query('select pg_advisory_xact_lock($1)', [LOCK]);
    await sql.query('create schema if not exists remedyd');
    await sql.query(
      'create table if not exists remedyd.migrations (name text primary key, applied_at timestamptz not null)',
    );
    const rows = await sql.query<{ name: string }>('select name from remedyd.migrations');
    const known = new Set(rows.map((row) => row.name));
    const fresh = files.filter((name) => !known.has(name));
    for (const name of fresh) {
      await sql.query(await readFile(new URL(name, FOLDER), 'utf8'));
      await sql.query('insert into remedyd.migrations values ($1, $2)', [name, at(clock.now())]);
    }
    return fresh;
  });
}
