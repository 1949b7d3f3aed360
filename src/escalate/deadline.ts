import { advance, type Incident } from '../domain/incident.ts';
import { REASONS, type Reason } from '../domain/reason.ts';
import { decideApproval } from '../store/approvals.ts';
import { lockIncidents } from '../store/incidents.ts';
import { type Handed, insertOutbox, type OutboxRow, strike } from '../store/outbox.ts';
import { record } from '../store/record.ts';
import type { Sql } from '../store/sql.ts';
import type { PeopleParts } from './people.ts';

/** The time that a rule gives for healing has passed: a person hears of it, unless it is healed or already theirs. */
export async function deadlineRow(parts: PeopleParts, row: OutboxRow): Promise<void> {
  await withIncident(parts, row, async (sql, incidentId, now) => {
    const before = (await lockIncidents(sql, [incidentId])).get(incidentId);
    const { deadlineAt = null } = before?.incident ?? {};
    // It was put off after this row had been picked up: nothing has passed yet, and the time to come must stay owed.
    if (deadlineAt !== null && deadlineAt > now)
      return insertOutbox(sql, [{ kind: 'deadline', incidentId, runId: null, data: {}, dueAt: deadlineAt }], now);
    return change(sql, incidentId, 'deadline-passed', 'deadline', now);
  });
}

/** A request for approval has expired: silence is no consent, so a person is paged. */
export async function expireRow(parts: PeopleParts, row: OutboxRow): Promise<void> {
  await withIncident(parts, row, async (sql, incidentId, now) => {
    const { approvalId } = row.data;
    if (typeof approvalId !== 'string' || !(await decideApproval(sql, approvalId, 'expired', now))) return [];
    const stored = (await lockIncidents(sql, [incidentId])).get(incidentId);
    // Another request may have been made since; this one says nothing about that.
    if (stored?.incident.approvalId !== approvalId) return [];
    return change(sql, incidentId, 'approval-expired', 'approval-expired', now);
  });
}

async function withIncident(
  parts: PeopleParts,
  row: OutboxRow,
  work: (sql: Sql, incidentId: string, now: number) => Promise<Handed[]>,
): Promise<void> {
  const handed = await parts.db.transaction(async (sql) => {
    if (row.incidentId === null || (await strike(sql, [row.id])) === 0) return [];
    return work(sql, row.incidentId, parts.clock.now());
  });
  parts.handOver(handed);
}

async function change(
  sql: Sql,
  incidentId: string,
  type: 'deadline-passed' | 'approval-expired',
  reason: Reason,
  now: number,
): Promise<Handed[]> {
  const before = (await lockIncidents(sql, [incidentId])).get(incidentId);
  if (before === undefined) return [];
  const step = advance(before.incident, { type }, now);
  if (step === null) return [];
  const atOnce = type === 'deadline-passed' && before.incident.pagesInParallel;
  const summary = atOnce ? 'A person is told at once, as the rule wants it, while remedyd goes on.' : REASONS[reason];
  const entry = { type, reason, summary, data: { state: stateOf(before.incident) } };
  return record(sql, [{ before, after: step.incident, entries: [entry], owed: step.owed }], now);
}

function stateOf({ state }: Incident): string {
  return state;
}
