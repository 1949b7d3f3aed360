import type { Millis } from '../domain/time.ts';
import { findApprovals } from '../store/approvals.ts';
import { findIncident } from '../store/incidents.ts';
import { insertOutbox, type OutboxRow, strike } from '../store/outbox.ts';
import type { AnswerParts } from './parts.ts';

/** With less than this left, the question is not brought up to date any more: it says when it ends. */
const SHORT: Millis = 60_000;

/**
 * Has an open question brought up to date: when half of its time is over, then half of the rest, and so on. So it counts down
 * without using up Slack's fifty updates a minute, however many questions are open.
 */
export async function countRow(parts: Pick<AnswerParts, 'db' | 'clock' | 'handOver'>, row: OutboxRow): Promise<void> {
  const { db, clock } = parts;
  const { incidentId, data } = row;
  const handed = await db.transaction(async (sql) => {
    if ((await strike(sql, [row.id])) === 0 || incidentId === null) return [];
    const id = String(data.approvalId);
    const incident = (await findIncident(sql, incidentId))?.incident;
    const approval = (await findApprovals(sql, [id])).get(id);
    if (incident?.state !== 'approving' || incident.approvalId !== id || approval?.decision !== null) return [];
    const now = clock.now();
    const left = approval.expiresAt - now;
    if (left <= 0) return [];
    const told = { kind: 'tell' as const, incidentId, runId: null, data: { topic: 'count' }, dueAt: now };
    const next = { ...told, kind: 'count' as const, data: { approvalId: id }, dueAt: now + Math.floor(left / 2) };
    return insertOutbox(sql, left > SHORT ? [told, next] : [told], now);
  });
  parts.handOver(handed);
}
