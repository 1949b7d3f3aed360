import { hasEnded, type Incident } from '../../../src/domain/incident.ts';
import type { Time } from '../../../src/domain/time.ts';
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
export function unsettled(db: Database, sources: Sources, now: Time): Unsettled | null {
  for (const incident of db.incidents.values()) {
    if (!isSettled(db, incident))
      return say('P1', `${incident.id} is still ${incident.state} (${incident.reason}), and no person has it`);
    if (incident.pagedAt !== null && !db.told.has(`${incident.id} page`))
      return say('P8', `the page of ${incident.id} reached nobody`);
  }
  for (const [id, { policy, since, toldAt }] of db.climbs) {
    const incident = db.incidents.get(id);
    if (incident === undefined || hasEnded(incident) || incident.ackedAt !== null) continue;
    // What is due at the same moment may still be on its way.
    const silent = policy.levels.find(({ name, after }) => !db.told.has(`${id} level ${name}`) && since + after < now);
    if (silent !== undefined && toldAt < now) return say('P8', `${id} is nobody's, and ${silent.name} was never told`);
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
  if (waits && db.told.has(`${incident.id} page`)) return true;
  // The page that stands for its own was told, and is still somebody's.
  const cover = db.incidents.get(incident.coveredBy ?? '');
  return cover !== undefined && !hasEnded(cover) && db.told.has(`${cover.id} page`);
}
