import { hasEnded, type Incident } from '../../../src/domain/incident.ts';
import type { Database } from '../database.ts';
import type { Sources } from '../sources.ts';

/** A promise that does not hold yet, and why. */
export interface Unsettled {
  readonly promise: string;
  readonly what: string;
}

const say = (promise: string, what: string): Unsettled => ({ promise, what });

/**
 * What has to be true once the faults are over and time has passed.
 *
 * @returns what is not settled yet; null where everything is
 */
export function unsettled(db: Database, sources: Sources): Unsettled | null {
  for (const incident of db.incidents.values()) {
    if (!isSettled(db, incident))
      return say('P1', `${incident.id} is still ${incident.state} (${incident.reason}), and no person has it`);
    if (incident.pagedAt !== null && !db.told.has(`${incident.id} page`))
      return say('P8', `the page of ${incident.id} reached nobody`);
  }
  for (const { id, dry, endedAt, target } of db.runs.values())
    if (endedAt === null && !dry) return say('P3', `${id} holds ${target.id} for ever`);
  for (const { key, firing } of sources.truth()) {
    // The other way round is no loss: an end that overtakes its own beginning leaves an incident that reaches a person.
    if (firing && db.current(key)?.status !== 'firing')
      return say('P1', `${key} fires, its source has told of it again and again, and nobody knows`);
  }
  return null;
}

/** Over, or with a person who was told. What a person has may go on waiting, for a pause to be lifted for example. */
function isSettled(db: Database, incident: Incident): boolean {
  if (hasEnded(incident) || incident.ackedAt !== null) return true;
  const { state, pagesInParallel } = incident;
  const waits = state === 'escalated' || state === 'observing' || (state === 'held' && pagesInParallel);
  return waits && db.told.has(`${incident.id} page`);
}
