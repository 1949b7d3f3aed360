import { join } from 'node:path';
import { type Settled, StartFault } from '../settle.ts';
import { type Db, openDb } from '../store/db.ts';
import { OWNER } from '../store/embedded/cluster.ts';
import { DATABASE } from '../store/embedded/own-database.ts';
import { runningCluster } from '../store/embedded/postmaster.ts';

/**
 * The database of the service, for commands that look at it or change it from beside: the configured one, or the
 * embedded one of a service that runs in this folder.
 *
 * @throws StartFault where there is neither.
 */
export async function openBeside({ config, databasePassword }: Settled): Promise<Db> {
  const url = config.database.url ?? (await embeddedUrl(config.data_dir, databasePassword));
  return openDb({ url, connections: 2, applicationName: 'remedyd command' });
}

async function embeddedUrl(dataDir: string, password: string): Promise<string> {
  const running = await runningCluster(join(dataDir, 'postgres'));
  if (running === undefined) {
    throw new StartFault(
      `No remedyd runs on ${dataDir}, and DATABASE_URL is not set. Start the service, or set DATABASE_URL.`,
    );
  }
  return `postgres://${OWNER}:${password}@127.0.0.1:${running.port}/${DATABASE}`;
}
