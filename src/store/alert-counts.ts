import type { Labels, Source } from '../domain/alert.ts';
import type { Time } from '../domain/time.ts';
import type { Sql } from './sql.ts';

/** How many alerts of one name an incident had. */
export interface AlertCount {
  readonly name: string;
  readonly count: number;
  readonly firing: number;
}

/** The alerts of an incident by name, the most frequent first; whatever a storm attached to it, this is short. */
export async function countAlerts(sql: Sql, incidentId: string, limit: number): Promise<AlertCount[]> {
  return sql.query<AlertCount>(
    `select name, count(*) as count, count(*) filter (where status = 'firing') as firing
     from remedyd.episodes where incident_id = $1 group by name order by 2 desc, 1 limit $2`,
    [incidentId, limit],
    'count-alerts',
  );
}

export interface FirstAlert {
  readonly source: Source;
  readonly status: 'firing' | 'resolved';
  readonly name: string;
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly startsAt: Time | null;
}

/** The first alerts of an incident: those that fire, then by age. */
export async function firstAlerts(sql: Sql, incidentId: string, limit: number): Promise<FirstAlert[]> {
  return sql.query<FirstAlert>(
    `select source, status, name, labels, annotations, starts_at as "startsAt"
     from remedyd.episodes where incident_id = $1 order by (status = 'firing') desc, opened_at, id limit $2`,
    [incidentId, limit],
    'first-alerts',
  );
}
