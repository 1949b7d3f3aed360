import type { Entry } from '../domain/event.ts';
import { lockIncidents } from '../store/incidents.ts';
import type { Handed } from '../store/outbox.ts';
import { record } from '../store/record.ts';
import type { Sql } from '../store/sql.ts';

/** Adds a line to an incident's history that changes nothing else about it. */
export async function addToHistory(
  sql: Sql,
  incidentId: string,
  type: string,
  summary: string,
  data: Entry['data'],
  now: number,
): Promise<Handed[]> {
  const before = (await lockIncidents(sql, [incidentId])).get(incidentId);
  if (before === undefined) return [];
  const after = { ...before.incident, version: before.incident.version + 1 };
  return record(sql, [{ before, after, entries: [{ type, reason: null, summary, data }], owed: [] }], now);
}
