import type { Millis, Time } from '../domain/time.ts';
import type { Db } from './db.ts';
import { at } from './sql.ts';

export interface Keep {
  /** How long ended incidents are kept, with everything that belongs to them. */
  readonly incidents: Millis;
  /** How long raw webhook bodies are kept, and how long a request is known that is sent again. */
  readonly webhooks: Millis;
}

/** Few enough that nobody waits for the locks. */
const WEBHOOKS_AT_ONCE = 1_000;
const INCIDENTS_AT_ONCE = 200;

/** What belongs to an incident beside its own row, in any order: nothing refers to anything by a foreign key. */
const BELONGINGS = ['timeline', 'approvals', 'answers', 'threads', 'climbs', 'unheard', 'outbox', 'runs'] as const;

/**
 * Removes what is older than it has to be kept, in small batches. An ended incident goes with all that belongs to it; the
 * episode that still is the current one of its alert stays, because it is what tells a repetition from a new firing.
 *
 * @returns how many of each were removed.
 */
export async function prune(
  db: Db,
  keep: Keep,
  now: Time,
): Promise<{ readonly webhooks: number; readonly incidents: number }> {
  await pruneNotes(db, now - keep.incidents);
  return {
    webhooks:
      (await all(WEBHOOKS_AT_ONCE, () => pruneReceived(db, 'webhooks', now - keep.webhooks))) +
      (await all(WEBHOOKS_AT_ONCE, () => pruneReceived(db, 'requests', now - keep.webhooks))),
    incidents: await all(INCIDENTS_AT_ONCE, () => pruneIncidents(db, now - keep.incidents)),
  };
}

async function all(batch: number, some: () => Promise<number>): Promise<number> {
  let total = 0;
  for (;;) {
    const removed = await some();
    total += removed;
    if (removed < batch) return total;
  }
}

function pruneReceived(db: Db, table: 'webhooks' | 'requests', before: Time): Promise<number> {
  return db.run(
    `delete from remedyd.${table} where id in (
       select id from remedyd.${table} where received_at < $1 limit ${WEBHOOKS_AT_ONCE})`,
    [at(before)],
  );
}

/** Of what was told so long ago the team may well be told again. Demotions stay: they say who promoted what, and why. */
async function pruneNotes(db: Db, before: Time): Promise<void> {
  await db.run('delete from remedyd.team_notes where noted_at < $1', [at(before)]);
}

function pruneIncidents(db: Db, before: Time): Promise<number> {
  return db.transaction(async (sql) => {
    const old = await sql.query<{ id: string }>(
      `select id from remedyd.incidents where ended_at < $1 order by ended_at limit ${INCIDENTS_AT_ONCE}`,
      [at(before)],
    );
    const ids = old.map((row) => row.id);
    if (ids.length === 0) return 0;
    // The timeline takes a delete from nobody else.
    await sql.query(`select set_config('remedyd.retention', 'on', true)`);
    await sql.run(
      'delete from remedyd.journal where run_id in (select id from remedyd.runs where incident_id = any($1))',
      [ids],
    );
    for (const table of BELONGINGS) await sql.run(`delete from remedyd.${table} where incident_id = any($1)`, [ids]);
    await sql.run('delete from remedyd.episodes where incident_id = any($1) and not current', [ids]);
    await sql.run('delete from remedyd.incidents where id = any($1)', [ids]);
    return ids.length;
  });
}
