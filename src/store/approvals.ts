import type { Time } from '../domain/time.ts';
import { at, insertMany, type Sql } from './sql.ts';

/** A question to people: may this plan run? Bound to the plan by its hash. */
export interface Approval {
  readonly id: string;
  readonly incidentId: string;
  readonly remediation: string;
  readonly planHash: string;
  readonly askedAt: Time;
  readonly expiresAt: Time;
  readonly decidedAt: Time | null;
  readonly decision: 'approved' | 'denied' | 'expired' | null;
}

const COLUMNS = `id, incident_id as "incidentId", remediation, plan_hash as "planHash", asked_at as "askedAt",
  expires_at as "expiresAt", decided_at as "decidedAt", decision`;

export async function insertApprovals(sql: Sql, approvals: readonly Approval[]): Promise<void> {
  if (approvals.length === 0) return;
  await insertMany(sql, 'approvals', [
    { name: 'id', type: 'text', values: approvals.map((a) => a.id) },
    { name: 'incident_id', type: 'text', values: approvals.map((a) => a.incidentId) },
    { name: 'remediation', type: 'text', values: approvals.map((a) => a.remediation) },
    { name: 'plan_hash', type: 'text', values: approvals.map((a) => a.planHash) },
    { name: 'asked_at', type: 'timestamptz', values: approvals.map((a) => a.askedAt) },
    { name: 'expires_at', type: 'timestamptz', values: approvals.map((a) => a.expiresAt) },
  ]);
}

export async function findApprovals(sql: Sql, ids: readonly string[]): Promise<Map<string, Approval>> {
  if (ids.length === 0) return new Map();
  const rows = await sql.query<Approval>(`select ${COLUMNS} from remedyd.approvals where id = any($1)`, [ids]);
  return new Map(rows.map((row) => [row.id, row]));
}

/** Whether people said yes to this very plan of the incident. */
export async function isApproved(sql: Sql, incidentId: string, planHash: string): Promise<boolean> {
  const rows = await sql.query(
    `select 1 from remedyd.approvals where incident_id = $1 and plan_hash = $2 and decision = 'approved' limit 1`,
    [incidentId, planHash],
    'is-approved',
  );
  return rows.length > 0;
}

/** Decides once: the first decision stands. @returns whether this one was it. */
export async function decideApproval(
  sql: Sql,
  id: string,
  decision: NonNullable<Approval['decision']>,
  now: Time,
): Promise<boolean> {
  const touched = await sql.run(
    'update remedyd.approvals set decision = $2, decided_at = $3 where id = $1 and decision is null',
    [id, decision, at(now)],
  );
  return touched === 1;
}
