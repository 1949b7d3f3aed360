import type { Reason } from '../domain/reason.ts';
import type { Time } from '../domain/time.ts';
import { lockAdmission } from './admission.ts';
import type { Db } from './db.ts';
import { HANDED_FOR, type Handed } from './outbox.ts';
import { at, type Sql } from './sql.ts';

/** Which held incidents something that happened is news for. */
export interface Waking {
  /** Held for one of these. */
  readonly reasons: readonly Reason[];
  /** Only of these rules; null is any. */
  readonly rules: readonly string[] | null;
  /** So many at most. Where only a place became free it makes no sense to ask everybody who waits for one. */
  readonly most: number;
}

/** More than can be held; what waits for a word, and has it now, is asked all together. */
const ALL = 1_000_000;

/** As many as can start by what has happened, and then some. */
const A_FEW = 50;

/** What can happen, and who waits for it. Whoever is not here waits for a time, and is asked then. */
export const WAKES = {
  runEnded: {
    reasons: ['target-leased', 'concurrency', 'global-concurrency', 'blast-radius'],
    rules: null,
    most: A_FEW,
  },
  incidentEnded: { reasons: ['blast-radius'], rules: null, most: A_FEW },
  dependencyResolved: { reasons: ['dependency'], rules: null, most: ALL },
  pauseLifted: { reasons: ['paused'], rules: null, most: ALL },
  populationCounted: {
    reasons: ['blast-radius', 'population-unknown', 'population-stale', 'population-empty', 'population-implausible'],
    rules: null,
    most: ALL,
  },
} as const satisfies Readonly<Record<string, Waking>>;

/** Of the rows that are woken at once, so many go straight to this process; the relays of all share the rest. */
const OWN = 500;

/**
 * Has held incidents decided again now, the oldest problem first, because something happened that they wait for. To be
 * called under the admission lock and after the change is visible: a decision that still rested on the old state has been
 * written by then, and is woken with the others.
 *
 * @returns the rows to hand over; whoever has no queue leaves them to the relays.
 */
export async function wakeHeld(sql: Sql, { reasons, rules, most }: Waking, now: Time): Promise<Handed[]> {
  const rows = await sql.query<Handed & { place: number }>(
    `with held as (
       select o.id, i.opened_at from remedyd.outbox o join remedyd.incidents i on i.id = o.incident_id
       where o.kind = 'decide' and o.due_at > $1 and i.ended_at is null and i.state = 'held'
         and i.reason = any($2) and ($3::text[] is null or i.rule = any($3))
       order by i.opened_at, o.id limit $4 for update of o skip locked),
     placed as (select id, row_number() over (order by opened_at, id) as place, count(*) over () as size from held)
     -- They are due one after another, by a hair: so the relays take the oldest problem first.
     update remedyd.outbox o set due_at = $1 - (p.size - p.place) * interval '1 microsecond',
       queued_until = case when p.place <= $5 then $6::timestamptz end,
       handed = o.handed + case when p.place <= $5 then 1 else 0 end
     from placed p where p.id = o.id returning o.id, o.kind, o.handed, p.place`,
    [at(now), reasons, rules, most, OWN, at(now + HANDED_FOR)],
    'wake-held',
  );
  return rows
    .filter(({ place }) => place <= OWN)
    .sort((a, b) => a.place - b.place)
    .map(({ id, kind, handed }) => ({ id, kind, handed }));
}

/** The same as a transaction of its own, for changes that are committed already. */
export async function wakeAfter(db: Db, waking: Waking, now: () => Time): Promise<Handed[]> {
  return db.transaction(async (sql) => {
    await lockAdmission(sql);
    return wakeHeld(sql, waking, now());
  });
}
