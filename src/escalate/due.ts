import type { Cover } from '../domain/gathering.ts';
import { advance } from '../domain/incident.ts';
import { REASONS, type Reason } from '../domain/reason.ts';
import type { Millis, Time } from '../domain/time.ts';
import type { Ledger } from '../store/ledger.ts';
import type { Handed, OutboxRow } from '../store/outbox.ts';
import { type PutOffParts, putOffChange, putOffFor } from './put-off.ts';

/** For how long somebody has an incident where nothing else is said. */
const ACK_FOR: Millis = 1_800_000;

/**
 * The time that a rule gives for healing has passed: a person hears of it, unless it is healed or already theirs.
 *
 * @param covers own alerts whose page stands for those of others
 */
export async function deadlineDue(
  ledger: Ledger,
  parts: PutOffParts,
  row: OutboxRow,
  now: Time,
  covers: readonly Cover[] = [],
): Promise<readonly Handed[]> {
  const { incidentId } = row;
  if ((await ledger.strike([row.id])) === 0 || incidentId === null) return [];
  const before = (await ledger.lockIncidents([incidentId])).get(incidentId);
  const { deadlineAt = null } = before?.incident ?? {};
  // It was put off after this row had been picked up: nothing has passed yet, and the time to come must stay owed.
  if (deadlineAt !== null && deadlineAt > now)
    return ledger.insertOutbox([{ kind: 'deadline', incidentId, runId: null, data: {}, dueAt: deadlineAt }], now);
  const later =
    before === undefined || deadlineAt === null ? null : await putOffFor(ledger, parts, covers, before.incident, now);
  const postponed = before === undefined || later === null ? null : putOffChange(before, later, now);
  if (postponed !== null) return ledger.record([postponed], now);
  const { ackedAt = null, pagedAt = null, endedAt = null } = before?.incident ?? {};
  if (ackedAt !== null && pagedAt === null && endedAt === null) {
    const lapse = ackedAt + (parts.ackFor ?? ACK_FOR);
    if (lapse <= now) return change(ledger, incidentId, 'ack-lapsed', 'ack-lapsed', now);
    return ledger.insertOutbox([{ kind: 'deadline', incidentId, runId: null, data: {}, dueAt: lapse }], now);
  }
  return change(ledger, incidentId, 'deadline-passed', 'deadline', now);
}

/** A request for approval has expired: silence is no consent, so a person is paged. */
export async function expiryDue(ledger: Ledger, row: OutboxRow, now: Time): Promise<readonly Handed[]> {
  if ((await ledger.strike([row.id])) === 0 || row.incidentId === null) return [];
  const { approvalId } = row.data;
  if (typeof approvalId !== 'string') return [];
  // The incident first, as everybody does who answers.
  const stored = (await ledger.lockIncidents([row.incidentId])).get(row.incidentId);
  if (!(await ledger.decideApproval(approvalId, 'expired', now))) return [];
  // Another request may have been made since; this one says nothing about that.
  if (stored?.incident.approvalId !== approvalId) return [];
  return change(ledger, row.incidentId, 'approval-expired', 'approval-expired', now);
}

async function change(
  ledger: Ledger,
  incidentId: string,
  type: 'deadline-passed' | 'approval-expired' | 'ack-lapsed',
  reason: Reason,
  now: Time,
): Promise<readonly Handed[]> {
  const before = (await ledger.lockIncidents([incidentId])).get(incidentId);
  if (before === undefined) return [];
  const step = advance(before.incident, { type }, now);
  if (step === null) return [];
  const atOnce = type === 'deadline-passed' && before.incident.pagesInParallel;
  const summary = atOnce ? 'A person is told at once, as the rule wants it, while remedyd goes on.' : REASONS[reason];
  const { state } = before.incident;
  // What it was held for is what the person must hear; the incident itself says from now on that its deadline has passed.
  const held = state === 'held' ? { heldFor: before.incident.reason } : {};
  const entry = { type, reason, summary, data: { state, ...held } };
  return ledger.record([{ before, after: step.incident, entries: [entry], owed: step.owed }], now);
}
