import { readEnvironment } from '../config/load.ts';
import { settle } from '../serve.ts';
import type { Db } from '../store/db.ts';
import { openBeside } from './database.ts';

/** Runs a command on the service's database, and lets go of it whatever happens. */
export async function beside<T>(work: (db: Db) => Promise<T>): Promise<T> {
  const db = await openBeside(await settle(readEnvironment()));
  try {
    return await work(db);
  } finally {
    await db.close();
  }
}
