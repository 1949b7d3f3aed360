import type { Target } from '../domain/alert.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { Reason } from '../domain/reason.ts';
import type { Millis, Time } from '../domain/time.ts';
import { at, insertMany, type Sql } from './sql.ts';
import { json } from './storable.ts';

/** One attempt of one remediation on one target. */
export interface Run {
  readonly id: string;
  readonly incidentId: string;
  readonly rule: string;
  readonly remediation: string;
  readonly target: Target;
  readonly params: JsonObject;
  readonly attempt: number;
  /** A rehearsal: looks, and only tells what it would change. */
  readonly dry: boolean;
  readonly planHash: string;
  readonly admittedAt: Time;
  readonly startedAt: Time | null;
  /** When its steps ended. */
  readonly appliedAt: Time | null;
  /** When its target became free again. */
  readonly endedAt: Time | null;
  readonly outcome: Outcome | null;
  readonly reason: Reason | null;
  /** When the trouble that it had healed came back; null while it has not. Such a run is no success any more. */
  readonly recurredAt: Time | null;
  /** Why it ended as it did, in words, and other particulars. */
  readonly detail: JsonObject;
  /** Where verification stands. */
  readonly verify: JsonObject;
}

type Row = Omit<Run, 'target'> & { targetKind: string; targetId: string };

const COLUMNS = `id, incident_id as "incidentId", rule, remediation, target_kind as "targetKind", target_id as "targetId",
  params, attempt, dry, plan_hash as "planHash", admitted_at as "admittedAt", started_at as "startedAt",
  applied_at as "appliedAt", ended_at as "endedAt", outcome, reason,
  recurred_at as "recurredAt", detail, verify`;

function fromRow({ targetKind, targetId, ...row }: Row): Run {
  return { ...row, target: { kind: targetKind, id: targetId } };
}

export type NewRun = Pick<
  Run,
  'id' | 'incidentId' | 'rule' | 'remediation' | 'target' | 'params' | 'attempt' | 'dry' | 'planHash' | 'admittedAt'
>;

/** @throws the driver's unique violation where a run is already on one of the targets. */
export async function insertRuns(sql: Sql, runs: readonly NewRun[]): Promise<void> {
  if (runs.length === 0) return;
  await insertMany(sql, 'runs', [
    { name: 'id', type: 'text', values: runs.map((r) => r.id) },
    { name: 'incident_id', type: 'text', values: runs.map((r) => r.incidentId) },
    { name: 'rule', type: 'text', values: runs.map((r) => r.rule) },
    { name: 'remediation', type: 'text', values: runs.map((r) => r.remediation) },
    { name: 'target_kind', type: 'text', values: runs.map((r) => r.target.kind) },
    { name: 'target_id', type: 'text', values: runs.map((r) => r.target.id) },
    { name: 'params', type: 'jsonb', values: runs.map((r) => r.params) },
    { name: 'attempt', type: 'integer', values: runs.map((r) => r.attempt) },
    { name: 'dry', type: 'boolean', values: runs.map((r) => r.dry) },
    { name: 'plan_hash', type: 'text', values: runs.map((r) => r.planHash) },
    { name: 'admitted_at', type: 'timestamptz', values: runs.map((r) => r.admittedAt) },
  ]);
}

export async function findRun(sql: Sql, id: string): Promise<Run | undefined> {
  const [row] = await sql.query<Row>(`select ${COLUMNS} from remedyd.runs where id = $1`, [id], 'find-run');
  return row === undefined ? undefined : fromRow(row);
}

/** Oldest first. */
export async function runsOfIncidents(sql: Sql, incidentIds: readonly string[]): Promise<Run[]> {
  const rows = await sql.query<Row>(
    `select ${COLUMNS} from remedyd.runs where incident_id = any($1) order by admitted_at, id`,
    [incidentIds],
    'runs-of-incidents',
  );
  return rows.map(fromRow);
}

/** What guardrails count. The outcome is what is known by now: a success that did not last is `recurred`. */
export type RunFact = Pick<Run, 'id' | 'incidentId' | 'rule' | 'target' | 'admittedAt' | 'endedAt' | 'outcome'>;

/** Every run that holds its target, and every run on one of the targets that was admitted since then. */
export async function runFacts(sql: Sql, targets: readonly Target[], since: Time): Promise<RunFact[]> {
  const rows = await sql.query<Row>(
    `select ${COLUMNS} from remedyd.runs where id in (
       select id from remedyd.runs where not dry and ended_at is null
       union
       select r.id from remedyd.runs r
       join unnest($1::text[], $2::text[]) as t(kind, target) on r.target_kind = t.kind and r.target_id = t.target
       where not r.dry and r.admitted_at >= $3)`,
    [targets.map((t) => t.kind), targets.map((t) => t.id), at(since)],
    'run-facts',
  );
  return rows.map(fromRow).map((run) => ({ ...run, outcome: outcomeByNow(run) }));
}

/** What came of a run, as far as is known by now. */
export function outcomeByNow({ outcome, recurredAt }: Pick<Run, 'outcome' | 'recurredAt'>): Outcome | null {
  return recurredAt === null ? outcome : 'recurred';
}

/** The trouble of these healed incidents has come back: the runs that had held are no success any more. */
export async function markRecurred(sql: Sql, incidentIds: readonly string[], now: Time): Promise<void> {
  if (incidentIds.length === 0) return;
  await sql.run(
    `update remedyd.runs set recurred_at = $2
     where incident_id = any($1) and outcome = 'held' and recurred_at is null and not dry`,
    [incidentIds, at(now)],
    'mark-recurred',
  );
}

export async function runsAdmittedSince(sql: Sql, since: Time): Promise<number> {
  const [row] = await sql.query<{ count: number }>(
    'select count(*) as count from remedyd.runs where admitted_at >= $1 and not dry',
    [at(since)],
    'runs-since',
  );
  return row?.count ?? 0;
}

/**
 * Takes a run to carry it out. The fencing number it answers with is newer than every earlier one: whoever still holds
 * an older one can write nothing any more.
 *
 * @returns the run, the number, and whether somebody had taken it before; null where another replica holds it, or it has ended.
 */
export async function takeRun(
  sql: Sql,
  id: string,
  executor: string,
  now: Time,
  ttl: Millis,
): Promise<{ readonly run: Run; readonly fence: number; readonly again: boolean } | null> {
  const [row] = await sql.query<Row & { fence: number }>(
    `update remedyd.runs set executor = $2, executor_until = $4, fence = nextval('remedyd.fence'),
       started_at = coalesce(started_at, $3)
     where id = $1 and ended_at is null and applied_at is null
       and (executor is null or executor = $2 or executor_until <= $3)
     returning ${COLUMNS}, fence`,
    [id, executor, at(now), at(now + ttl)],
    'take-run',
  );
  return row === undefined ? null : { run: fromRow(row), fence: row.fence, again: row.startedAt !== now };
}

/** Keeps a run that is held. @returns false where it was lost. */
export async function keepRun(sql: Sql, id: string, fence: number, until: Time): Promise<boolean> {
  const touched = await sql.run(
    'update remedyd.runs set executor_until = $3 where id = $1 and fence = $2 and ended_at is null',
    [id, fence, at(until)],
    'keep-run',
  );
  return touched === 1;
}

/** Lets go of a run that is to be resumed, so that nobody has to wait for the hold to expire. */
export async function releaseRun(sql: Sql, id: string, fence: number): Promise<void> {
  await sql.run('update remedyd.runs set executor = null, executor_until = null where id = $1 and fence = $2', [
    id,
    fence,
  ]);
}

export interface RunEnding {
  readonly outcome: Outcome;
  readonly reason: Reason;
  readonly detail: JsonObject;
  /** Verification still follows: the target stays locked. */
  readonly open: boolean;
}

/**
 * Writes how the steps of a run ended. `fence` null: not the executor writes but verification.
 *
 * @returns false where the run was lost to another replica meanwhile.
 */
export async function endRun(
  sql: Sql,
  id: string,
  fence: number | null,
  ending: RunEnding,
  now: Time,
): Promise<boolean> {
  const touched = await sql.run(
    `update remedyd.runs set outcome = $3, reason = $4, detail = detail || $5, applied_at = coalesce(applied_at, $6),
       ended_at = $7, executor = null, executor_until = null
     where id = $1 and ($2::bigint is null or fence = $2) and ended_at is null`,
    [id, fence, ending.outcome, ending.reason, json(ending.detail), at(now), at(ending.open ? null : now)],
    'end-run',
  );
  return touched === 1;
}

export async function saveVerify(sql: Sql, id: string, verify: JsonObject): Promise<void> {
  await sql.run('update remedyd.runs set verify = $2 where id = $1', [id, json(verify)], 'save-verify');
}

/** Ends every run of an incident that still holds its target; for incidents that end from outside. */
export async function releaseTargets(sql: Sql, incidentId: string, now: Time): Promise<void> {
  await sql.run(
    'update remedyd.runs set ended_at = $2 where incident_id = $1 and ended_at is null and (applied_at is not null or dry)',
    [incidentId, at(now)],
    'release-targets',
  );
}
