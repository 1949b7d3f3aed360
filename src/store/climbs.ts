import type { Climb } from '../domain/climb.ts';
import type { Sql } from './sql.ts';
import { json } from './storable.ts';

/** How far the escalation of an incident has come; undefined where nobody has been paged for it. */
export async function findClimb(sql: Sql, incidentId: string): Promise<Climb | undefined> {
  const [row] = await sql.query<{ climb: Climb }>(
    'select climb from remedyd.climbs where incident_id = $1',
    [incidentId],
    'find-climb',
  );
  return row?.climb;
}

/** Begins the climb of an incident, once. @returns false where it had begun before. */
export async function beginClimbOf(sql: Sql, incidentId: string, climb: Climb): Promise<boolean> {
  const rows = await sql.run(
    'insert into remedyd.climbs (incident_id, climb) values ($1, $2) on conflict do nothing',
    [incidentId, json(climb)],
    'begin-climb',
  );
  return rows === 1;
}

export async function saveClimb(sql: Sql, incidentId: string, climb: Climb): Promise<void> {
  await sql.run('update remedyd.climbs set climb = $2 where incident_id = $1', [incidentId, json(climb)], 'save-climb');
}

/** Whether an incident has a climb that has come to its end: nothing is owed that would go on with it. */
export async function isClimbOver(sql: Sql, incidentId: string): Promise<boolean> {
  const rows = await sql.query(
    `select 1 from remedyd.climbs c where c.incident_id = $1
       and not exists (select 1 from remedyd.outbox o where o.incident_id = c.incident_id and o.kind = 'climb')`,
    [incidentId],
    'is-climb-over',
  );
  return rows.length > 0;
}
