import type { Entry, IncidentEvent } from '../domain/event.ts';
import { advance, hasEnded, type Incident } from '../domain/incident.ts';
import type { Time } from '../domain/time.ts';
import { isClimbOver } from '../store/climbs.ts';
import { lockIncidents } from '../store/incidents.ts';
import { type Handed, insertOutbox } from '../store/outbox.ts';
import { record } from '../store/record.ts';
import type { Sql } from '../store/sql.ts';

export interface Taken {
  /** Null where there is no such incident. */
  readonly incident: Incident | null;
  /** `theirs`: this person has it already. `over`: it has ended. `under-way`: a step is running, so it cannot be closed. */
  readonly outcome: 'taken' | 'closed' | 'theirs' | 'over' | 'unknown' | 'under-way';
  readonly handed: readonly Handed[];
}

/**
 * Somebody takes an incident over: its deadline pages nobody any more. Whoever comes later takes it from whoever has it.
 *
 * @param by who, for people to read
 * @param via where they said so, such as `Slack`
 * @param person their Slack user id, where it is known: reminders mention them
 */
export async function takeOver(
  sql: Sql,
  incidentId: string,
  by: string,
  via: string,
  now: Time,
  person: string | null = null,
): Promise<Taken> {
  return change(sql, incidentId, { type: 'acknowledged', by }, `${by} took it over`, via, now, person);
}

/** Somebody says that an incident is over. */
export async function closeBy(sql: Sql, incidentId: string, by: string, via: string, now: Time): Promise<Taken> {
  return change(sql, incidentId, { type: 'closed', by }, `${by} closed it`, via, now);
}

async function change(
  sql: Sql,
  incidentId: string,
  event: Extract<IncidentEvent, { type: 'acknowledged' | 'closed' }>,
  summary: string,
  via: string,
  now: Time,
  person: string | null = null,
): Promise<Taken> {
  const before = (await lockIncidents(sql, [incidentId])).get(incidentId);
  if (before === undefined) return { incident: null, outcome: 'unknown', handed: [] };
  const { incident } = before;
  if (hasEnded(incident)) return { incident, outcome: 'over', handed: [] };
  const { by } = event;
  if (event.type === 'acknowledged' && incident.ackedBy === by) return { incident, outcome: 'theirs', handed: [] };
  const data = { by, via, ...(person === null ? {} : { person }) };
  const step = advance(incident, event, now);
  if (step === null) {
    const line: Entry = {
      type: 'close-refused',
      reason: null,
      summary: `${by} wants it closed (${via}); a run is under way and is finished first`,
      data,
    };
    const after = { ...incident, version: incident.version + 1 };
    return {
      incident,
      outcome: 'under-way',
      handed: await record(sql, [{ before, after, entries: [line], owed: [] }], now),
    };
  }
  const entry: Entry = {
    type: event.type,
    reason: event.type === 'closed' ? 'closed-by-person' : 'acknowledged',
    summary: `${summary} (${via})`,
    data,
  };
  const handed = await record(sql, [{ before, after: step.incident, entries: [entry], owed: step.owed }], now);
  // Everybody had been told, and nothing more was owed: whoever takes it now may still fall asleep.
  const climb = { kind: 'climb', incidentId, runId: null, data: {}, dueAt: now } as const;
  if (event.type === 'acknowledged' && (await isClimbOver(sql, incidentId)))
    handed.push(...(await insertOutbox(sql, [climb], now)));
  return { incident: step.incident, outcome: event.type === 'closed' ? 'closed' : 'taken', handed };
}
