import { openDb } from '../store/db.ts';
import type { PeopleRoutesParts } from './parts.ts';
import { registerPeople } from './routes.ts';

/**
 * Lets people's requests in, over a database connection that nobody else uses: Slack waits three seconds for what a person
 * pressed, however long everybody else waits for a connection.
 *
 * @returns lets go of the connection
 */
export async function servePeople(
  server: Parameters<typeof registerPeople>[0],
  url: string,
  parts: Omit<PeopleRoutesParts, 'db'>,
): Promise<() => Promise<void>> {
  const onError = (error: Error) => parts.log.warn({ err: error }, 'the connection for what people send was lost');
  const db = openDb({ url, connections: 1, applicationName: 'remedyd people', stay: true, onError });
  try {
    // Opened before the first press needs it.
    await db.query('select 1');
    registerPeople(server, { ...parts, db });
    return () => db.close();
  } catch (error) {
    await db.close();
    throw error;
  }
}
