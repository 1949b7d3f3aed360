import { systemClock } from '../domain/time.ts';
import { migrate } from '../store/migrate.ts';
import { beside } from './beside.ts';

/** Brings the schema up to date and does nothing else. */
export async function migrateCommand(): Promise<void> {
  const run = await beside((db) => migrate(db, systemClock));
  process.stdout.write(run.length === 0 ? 'The schema is up to date.\n' : `Ran ${run.join(', ')}.\n`);
}
