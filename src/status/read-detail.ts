import type { JsonObject } from '../domain/json.ts';
import { episodesOf } from '../store/episodes.ts';
import { findIncident } from '../store/incidents.ts';
import { readJournals } from '../store/journal.ts';
import { runsOfIncidents } from '../store/runs.ts';
import type { Sql } from '../store/sql.ts';
import { readTimeline } from '../store/timeline.ts';
import { incidentDetail } from './incident-json.ts';

/** An incident with everything that belongs to it, nothing left out; undefined where there is none. */
export async function readDetail(sql: Sql, id: string): Promise<JsonObject | undefined> {
  const stored = await findIncident(sql, id);
  if (stored === undefined) return undefined;
  const runs = await runsOfIncidents(sql, [id]);
  const ids = runs.map((run) => run.id);
  const [episodes, timeline, journal] = await Promise.all([
    episodesOf(sql, [id]),
    readTimeline(sql, id),
    readJournals(sql, ids),
  ]);
  return incidentDetail(stored.incident, episodes, runs, timeline, journal);
}
