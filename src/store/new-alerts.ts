import type { Labels, Source, Target } from '../domain/alert.ts';
import type { Millis, Time } from '../domain/time.ts';
import { at, type Sql } from './sql.ts';

/** An alert that fires and did not when a run first changed something. */
export interface NewAlert {
  readonly source: Source;
  readonly name: string;
  readonly labels: Labels;
  readonly openedAt: Time;
  readonly incidentId: string | null;
  /** Of its incident; null where it has none. */
  readonly rule: string | null;
  readonly target: Target | null;
}

/** What new alerts are looked for about: a change at a time, by a run of an incident on a target. */
export interface NewAlertsAbout {
  readonly since: Time;
  readonly incidentId: string;
  readonly target: Target;
}

/** An alert that fired within this time before a change and fires again after it comes and goes by itself. */
export const RESTLESS: Millis = 3_600_000;

/** When a run first began one of these steps; null where it has begun none. */
export async function firstBegun(sql: Sql, runId: string, steps: readonly string[] | null): Promise<Time | null> {
  const [row] = await sql.query<{ at: Time | null }>(
    `select min(at) as at from remedyd.journal
     where run_id = $1 and phase = 'begun' and ($2::text[] is null or step = any($2))`,
    [runId, steps],
    'first-begun',
  );
  return row?.at ?? null;
}

/**
 * Alerts that fire now and began after that time, also by their sender's word, those on the given target first. Not among
 * them: tests of the alerting, what remedyd says of itself, the alerts of the incident itself, and alerts that fired at that
 * time or within the hour before it.
 */
export async function newAlerts(sql: Sql, about: NewAlertsAbout, limit: number): Promise<NewAlert[]> {
  const { since, incidentId, target } = about;
  const rows = await sql.query<Omit<NewAlert, 'target'> & { kind: string | null; id: string | null }>(
    `select e.source, e.name, e.labels, e.opened_at as "openedAt", e.incident_id as "incidentId", i.rule,
       i.target_kind as kind, i.target_id as id
     from remedyd.episodes e left join remedyd.incidents i on i.id = e.incident_id
     where e.current and e.status = 'firing' and e.test is null and e.source <> 'remedyd'
       and e.opened_at > $1 and (e.starts_at is null or e.starts_at > $1) and e.incident_id is distinct from $2
       and not exists (select 1 from remedyd.episodes p
         where not p.current and p.source = e.source and p.fingerprint = e.fingerprint
           and p.opened_at <= $1 and (p.closed_at is null or p.closed_at > $3))
     order by (i.target_kind = $4 and i.target_id = $5) is true desc, e.opened_at limit $6`,
    [at(since), incidentId, at(since - RESTLESS), target.kind, target.id, limit],
    'new-alerts',
  );
  return rows.map(({ kind, id, ...row }) => ({ ...row, target: kind === null || id === null ? null : { kind, id } }));
}
