import { targetKey } from '../../../src/domain/alert.ts';
import { climbOn } from '../../../src/domain/climb.ts';
import { hasEnded, type Incident, type IncidentState } from '../../../src/domain/incident.ts';
import { identityKey } from '../../../src/ingest/batch.ts';
import type { OutboxKind } from '../../../src/store/outbox.ts';
import type { Database } from '../database.ts';
import type { StoredRow } from '../tables.ts';
import { Broken } from '../witness.ts';

/** The work without which an incident in that state would stand still for ever. */
const MOVES: Partial<Record<IncidentState, OutboxKind>> = {
  received: 'decide',
  held: 'decide',
  approving: 'expire',
  running: 'execute',
  verifying: 'verify',
};

/** What has to be true of the tables after every single event. The sweep is left out: nothing may need it. */
export function checkState(db: Database): void {
  const owed = Map.groupBy(db.outbox.values(), (row) => row.incidentId ?? '');
  for (const incident of db.incidents.values()) {
    const rows = owed.get(incident.id) ?? [];
    pageIsOwed(db, incident, rows);
    if (incident.endedAt !== null) continue;
    movesOn(db, incident, rows);
    deadlineIsArmed(incident, rows);
    climbGoesOn(db, incident, rows);
    isNotHidden(db, incident);
  }
  oneEpisodeEach(db);
  allIsClear(db);
  oneRunPerTarget(db);
}

type Rows = readonly StoredRow[];

function movesOn(db: Database, { id, state, runId }: Incident, rows: Rows): void {
  const wanted = MOVES[state];
  if (wanted !== undefined && !rows.some(({ kind }) => kind === wanted))
    throw new Broken(
      'P1',
      `${id} is ${state}, and nothing that would move it is owed: no '${wanted}' stands in the outbox`,
    );
  if ((state === 'running' || state === 'verifying') && !db.runs.has(runId ?? ''))
    throw new Broken('P1', `${id} is ${state}, and its run ${runId} does not exist`);
  if (state === 'observing' && runId !== null && db.runs.get(runId)?.endedAt === null)
    if (!rows.some(({ kind }) => kind === 'execute'))
      throw new Broken('P1', `${id} observes, and its rehearsal is not owed`);
}

function deadlineIsArmed({ id, deadlineAt, ackedAt, pagedAt }: Incident, rows: Rows): void {
  if (deadlineAt === null) {
    if (ackedAt === null && pagedAt === null)
      throw new Broken('P2', `${id} is open, nobody was paged and nobody took it, and it has no deadline`);
    return;
  }
  if (!rows.some(({ kind, dueAt }) => kind === 'deadline' && dueAt <= deadlineAt))
    throw new Broken('P2', `${id} has a deadline, and nothing in the outbox will see it pass`);
}

function pageIsOwed(db: Database, incident: Incident, rows: Rows): void {
  const { id, state, pagedAt } = incident;
  if (state === 'escalated' && pagedAt === null) throw new Broken('P8', `${id} is escalated and nobody is paged`);
  if (pagedAt === null || db.told.has(`${id} page`)) return;
  if (!rows.some(({ kind, data }) => (kind === 'tell' || kind === 'send') && data.topic === 'page'))
    throw new Broken('P8', `${id} was to be paged: nobody has received it, and it is not owed either`);
}

/** Whoever was not told yet is told in time, and whoever took it over and fell asleep is told again. */
function climbGoesOn(db: Database, { id, ackedAt }: Incident, rows: Rows): void {
  const climb = db.climbs.get(id);
  if (climb === undefined || rows.some(({ kind }) => kind === 'climb')) return;
  if (ackedAt !== null) throw new Broken('P8', `${id} was taken over, and nobody is told again if that is all`);
  if (climbOn(climb, null, climb.toldAt).kind !== 'end')
    throw new Broken('P8', `nobody has taken ${id}, and the level after ${climb.level + 1} is not owed`);
}

/** As long as a page may stand for another one at a time, and the clocks that may differ meanwhile. */
const COVERED = 30 * 60_000 + 10_000;

/** What a page stood for that is over pages by itself soon: nobody puts it off for a cover that has ended. */
function isNotHidden(db: Database, { id, coveredBy, deadlineAt }: Incident): void {
  const endedAt = coveredBy === null ? null : (db.incidents.get(coveredBy)?.endedAt ?? null);
  if (endedAt !== null && deadlineAt !== null && deadlineAt > endedAt + COVERED)
    throw new Broken('P2', `${id} is put off for ${coveredBy}, which had ended long before`);
}

function oneEpisodeEach(db: Database): void {
  const seen = new Set<string>();
  for (const episode of db.episodes.values()) {
    if (!episode.current) continue;
    const key = identityKey(episode);
    if (seen.has(key)) throw new Broken('P1', `two current episodes of ${key}`);
    seen.add(key);
    const incident = episode.incidentId === null ? undefined : db.incidents.get(episode.incidentId);
    if (episode.status !== 'firing') continue;
    if (incident === undefined) throw new Broken('P1', `${key} fires and belongs to no incident`);
    const given = ['closed-by-person'].includes(incident.reason) || incident.state === 'ignored';
    if (hasEnded(incident) && !given)
      throw new Broken('P1', `${key} fires, and its incident ${incident.id} has ended as ${incident.reason}`);
    if (!hasEnded(incident) && !incident.firing)
      throw new Broken('P1', `${key} fires, and its incident ${incident.id} does not know`);
  }
}

/** The clocks of two replicas differ by no more. */
const SKEW = 10_000;

/** An all-clear is given only once its trouble is over; one that comes back ends it. */
function allIsClear(db: Database): void {
  for (const { labels, current, status, startsAt, name } of db.episodes.values()) {
    const slot = labels.all_clear_of;
    if (slot === undefined || !current || status !== 'firing') continue;
    const open = db.open().find(({ rule, target }) => `${rule} ${targetKey(target)}` === slot);
    if (open !== undefined && open.openedAt < (startsAt ?? 0) - SKEW)
      throw new Broken('P6', `${name} of ${slot} was given while ${open.id} was open`);
  }
}

function oneRunPerTarget(db: Database): void {
  const holders = new Map<string, string>();
  for (const { id, target, endedAt, dry } of db.runs.values()) {
    if (endedAt !== null || dry) continue;
    const other = holders.get(target.id);
    if (other !== undefined) throw new Broken('P3', `${other} and ${id} both hold ${target.id}`);
    holders.set(target.id, id);
  }
}
