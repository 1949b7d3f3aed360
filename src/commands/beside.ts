import { readEnvironment } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import { settle } from '../settle.ts';
import type { Db } from '../store/db.ts';
import { openBeside } from './database.ts';

/** The config of the service beside which a command runs. @throws StartFault with every fault. */
export async function configured(): Promise<Config> {
  return (await settle(readEnvironment())).config;
}

/** Runs a command on the service's database, and lets go of it whatever happens. */
export async function beside<T>(work: (db: Db) => Promise<T>): Promise<T> {
  const db = await openBeside(await settle(readEnvironment()));
  try {
    return await work(db);
  } finally {
    await db.close();
  }
}
