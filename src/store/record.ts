import type { Entry, Owed } from '../domain/event.ts';
import type { Incident } from '../domain/incident.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Time } from '../domain/time.ts';
import { insertIncidents, type StoredIncident, updateIncidents } from './incidents.ts';
import { type Handed, insertOutbox, type NewOutboxRow } from './outbox.ts';
import type { Sql } from './sql.ts';
import { chain, GENESIS, insertTimeline, type TimelineRow } from './timeline.ts';

/** One change of one incident: the state, what its timeline says about it, and what is owed then. */
export interface Change {
  /** Null for an incident that this change opens. */
  readonly before: StoredIncident | null;
  readonly after: Incident;
  readonly entries: readonly Entry[];
  readonly owed: readonly (Owed & { readonly data?: JsonObject })[];
}

/** Somebody else changed the incident since it was read. The caller reads again and decides anew. */
export class StaleIncident extends Error {
  override readonly name = 'StaleIncident';
  /** Postgres' own code for a serialisation failure, so that the transaction is tried again as after one. */
  readonly code = '40001';
}

/**
 * Writes any number of changes: state, timeline and outbox, set-based, in the caller's transaction. Each incident may
 * stand in the list once.
 *
 * @returns the outbox rows to hand to the queue once the transaction has committed.
 * @throws StaleIncident where a compare-and-set failed; nothing may be committed then.
 */
export async function record(sql: Sql, changes: readonly Change[], now: Time): Promise<Handed[]> {
  const opened: StoredIncident[] = [];
  const changed: StoredIncident[] = [];
  const lines: TimelineRow[] = [];
  const owed: NewOutboxRow[] = [];
  for (const { before, after, entries, owed: dues } of changes) {
    const rows = chain(after.id, before?.head ?? GENESIS, before?.seq ?? 0, entries, now);
    const last = rows.at(-1);
    const stored = { incident: after, seq: last?.seq ?? before?.seq ?? 0, head: last?.hash ?? before?.head ?? GENESIS };
    (before === null ? opened : changed).push(stored);
    lines.push(...rows);
    owed.push(...rowsOwed(after.id, dues));
  }
  // They travel together and run in this order; so a lost compare-and-set also shows as a line that stands already.
  const [opening, updating, telling, owing] = await Promise.allSettled([
    insertIncidents(sql, opened),
    updateIncidents(sql, changed),
    insertTimeline(sql, lines),
    insertOutbox(sql, owed, now),
  ]);
  if (updating.status === 'fulfilled' && updating.value !== changed.length) {
    throw new StaleIncident(`${changed.length - updating.value} of ${changed.length} incidents were changed meanwhile`);
  }
  for (const one of [opening, updating, telling]) if (one.status === 'rejected') throw one.reason;
  if (owing.status === 'rejected') throw owing.reason;
  return owing.value;
}

/** What a change owes, as rows of the outbox. */
export function rowsOwed(incidentId: string, owed: Change['owed']): NewOutboxRow[] {
  return owed.map((due) => toRow(incidentId, due));
}

function toRow(incidentId: string, due: Owed & { readonly data?: JsonObject }): NewOutboxRow {
  const { kind, dueAt } = due;
  const runId = 'runId' in due ? due.runId : null;
  const extra: JsonObject =
    due.kind === 'tell' ? { topic: due.topic } : 'approvalId' in due ? { approvalId: due.approvalId } : {};
  return { kind, dueAt, incidentId, runId, data: { ...extra, ...due.data } };
}
