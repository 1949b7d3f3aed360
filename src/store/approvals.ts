import type { JsonObject } from '../domain/json.ts';
import type { Time } from '../domain/time.ts';
import { at, insertMany, type Sql } from './sql.ts';

/** A question to people: may this plan run? Bound to the plan by its hash. */
export interface Approval {
  readonly id: string;
  readonly incidentId: string;
  readonly remediation: string;
  readonly planHash: string;
  /** The plan as it is shown: `params`, `target`, `guards`. */
  readonly plan: JsonObject;
  /** The group that the rule names; null leaves it to the config. */
  readonly askedOf: string | null;
  /** How many distinct people must approve. */
  readonly needs: number;
  readonly askedAt: Time;
  readonly expiresAt: Time;
  readonly decidedAt: Time | null;
  /** `void`: the plan had changed, and it was asked anew. */
  readonly decision: 'approved' | 'denied' | 'expired' | 'void' | null;
}

/** What one person said to one question. */
export interface GivenAnswer {
  /** Slack user id. */
  readonly person: string;
  /** As the person calls itself; a stranger's words. */
  readonly name: string;
  readonly answer: 'approve' | 'deny';
  readonly why: string | null;
  readonly at: Time;
}

const COLUMNS = `id, incident_id as "incidentId", remediation, plan_hash as "planHash", plan, asked_of as "askedOf", needs,
  asked_at as "askedAt", expires_at as "expiresAt", decided_at as "decidedAt", decision`;

export async function insertApprovals(sql: Sql, approvals: readonly Approval[]): Promise<void> {
  if (approvals.length === 0) return;
  await insertMany(sql, 'approvals', [
    { name: 'id', type: 'text', values: approvals.map((a) => a.id) },
    { name: 'incident_id', type: 'text', values: approvals.map((a) => a.incidentId) },
    { name: 'remediation', type: 'text', values: approvals.map((a) => a.remediation) },
    { name: 'plan_hash', type: 'text', values: approvals.map((a) => a.planHash) },
    { name: 'plan', type: 'jsonb', values: approvals.map((a) => a.plan) },
    { name: 'asked_of', type: 'text', values: approvals.map((a) => a.askedOf) },
    { name: 'needs', type: 'integer', values: approvals.map((a) => a.needs) },
    { name: 'asked_at', type: 'timestamptz', values: approvals.map((a) => a.askedAt) },
    { name: 'expires_at', type: 'timestamptz', values: approvals.map((a) => a.expiresAt) },
  ]);
}

export async function findApprovals(sql: Sql, ids: readonly string[]): Promise<Map<string, Approval>> {
  if (ids.length === 0) return new Map();
  const rows = await sql.query<Approval>(`select ${COLUMNS} from remedyd.approvals where id = any($1)`, [ids]);
  return new Map(rows.map((row) => [row.id, row]));
}

/** The question that was asked last about an incident. */
export async function lastApproval(sql: Sql, incidentId: string): Promise<Approval | undefined> {
  const [row] = await sql.query<Approval>(
    `select ${COLUMNS} from remedyd.approvals where incident_id = $1 order by asked_at desc, id desc limit 1`,
    [incidentId],
    'last-approval',
  );
  return row;
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

/** Oldest first. */
export async function answersTo(sql: Sql, approvalId: string): Promise<GivenAnswer[]> {
  return sql.query<GivenAnswer>(
    'select person, name, answer, why, at from remedyd.answers where approval_id = $1 order by at, person',
    [approvalId],
    'answers-to',
  );
}

/** Keeps what a person says; who had said something else before has changed their mind. */
export async function saveAnswer(sql: Sql, approval: Approval, given: GivenAnswer): Promise<void> {
  const { person, name, answer, why } = given;
  await sql.run(
    `insert into remedyd.answers (approval_id, incident_id, person, name, answer, why, at)
     values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (approval_id, person) do update set name = $4, answer = $5, why = $6, at = $7`,
    [approval.id, approval.incidentId, person, name, answer, why, at(given.at)],
    'save-answer',
  );
}

/** Counts an answer that was refused. @returns how many there are now. */
export async function countRefusal(sql: Sql, approvalId: string): Promise<number> {
  const [row] = await sql.query<{ refusals: number }>(
    'update remedyd.approvals set refusals = refusals + 1 where id = $1 returning refusals',
    [approvalId],
    'count-refusal',
  );
  return row?.refusals ?? 0;
}
