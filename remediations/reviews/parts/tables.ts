import type { HttpAnswer, Json, Row, StepContext } from '../../../src/remediation/index.ts';
import { path } from '../../../src/remediation/index.ts';
import type { ReviewSettings, Role } from '../../settings.ts';

export const TABLES = ['approval_tasks', 'human_review_queue', 'hitl_approvals'] as const;
export type TableName = (typeof TABLES)[number];

export const MAX_LEVEL = 3;

/** One of the tables that hold review tasks. All texts here are constants; whatever comes from outside is a parameter. */
export interface ReviewTable {
  readonly open: readonly string[];
  /** When a task is due, in SQL. `$3` to `$6` are how many seconds urgent, high, medium and low ones may wait. */
  readonly due: string;
  /** What else a change sets, from `given.now` and `given.reason`. */
  readonly set: string;
  /** The API's own way; null where it has none for this table. */
  readonly escalate: ((ctx: Context, task: Escalation, idempotencyKey: string) => Promise<HttpAnswer>) | null;
}

export type Context = Pick<StepContext<unknown>, 'tools' | 'clock'>;

export type Escalation = {
  readonly id: string;
  readonly priority: string;
  /** The level that it reaches. */
  readonly level: number;
  readonly role: Role;
  /** A user id. */
  readonly to: string;
};

const WAITS = `(created_at + make_interval(secs => CASE lower(priority)
  WHEN 'urgent' THEN $3::double precision WHEN 'critical' THEN $3::double precision
  WHEN 'high' THEN $4::double precision WHEN 'medium' THEN $5::double precision ELSE $6::double precision END))`;

export const REASON = 'SLA breach: overdue and unanswered';

export const TABLE: Readonly<Record<TableName, ReviewTable>> = {
  approval_tasks: {
    open: ['pending', 'assigned'],
    due: `coalesce(due_at, ${WAITS})`,
    set: `status = 'assigned', metadata = coalesce(metadata, '{}')
            || jsonb_build_object('escalatedAt', given.now, 'escalationReason', given.reason)`,
    escalate: (ctx, { id, to }, idempotencyKey) =>
      ctx.tools
        .api('cerniq')
        .post(path`/api/v1/approvals/${id}/escalate`, { escalateTo: to, reason: REASON }, { idempotencyKey }),
  },
  human_review_queue: {
    open: ['PENDING', 'ASSIGNED'],
    due: `coalesce(sla_due_at, ${WAITS})`,
    set: "status = 'ASSIGNED', assigned_at = given.now",
    // Its API knows the manager and the team lead by what they are.
    escalate: (ctx, { id, role, to }, idempotencyKey) =>
      ctx.tools
        .api('cerniq')
        .post(
          path`/api/v1/outreach/reviews/${id}/escalate`,
          { escalateTo: role === 'agent' ? to : role, reason: 'SLA_BREACH_UNRESPONDED' },
          { idempotencyKey },
        ),
  },
  hitl_approvals: {
    open: ['pending'],
    due: WAITS,
    set: 'escalated_at = given.now, escalation_reason = given.reason',
    escalate: null,
  },
};

export type Overdue = {
  readonly id: string;
  readonly priority: string;
  readonly level: number;
  readonly assignedTo: string | null;
  readonly overdueSeconds: number;
};

/**
 * Open tasks that are due for their next level now, the most urgent and oldest first, and how many there are in all.
 * A task that nobody answers goes one level up, and the next one only when it is late by that much more.
 */
export async function findOverdue(
  ctx: Context,
  name: TableName,
  reviews: ReviewSettings,
  limit: number,
): Promise<{ readonly total: number; readonly tasks: readonly Overdue[] }> {
  const { open, due } = TABLE[name];
  const rows = await ctx.tools.postgres.query(
    `WITH task AS (
       SELECT id::text AS id, lower(priority) AS priority, escalation_level AS level, assigned_to::text AS assigned_to,
              extract(epoch FROM to_timestamp($1::double precision / 1000) - ${due}) AS late
       FROM ${name} WHERE status = ANY ($2))
     SELECT *, count(*) OVER () AS total FROM task
     WHERE late > 0 AND level < ${MAX_LEVEL} AND late >= level * $7::double precision
     ORDER BY array_position(ARRAY['urgent', 'critical', 'high', 'medium'], priority) NULLS LAST, late DESC, id
     LIMIT ${Math.trunc(limit)}`,
    [ctx.clock.now(), open, ...secondsOf(reviews), reviews.next_level_after / 1_000],
    { limit },
  );
  return { total: Number(rows[0]?.total ?? 0), tasks: rows.map(toOverdue) };
}

/** How many overdue tasks were raised to a level and yet belong to nobody. */
export async function countUnassigned(ctx: Context, name: TableName, reviews: ReviewSettings): Promise<number> {
  const { open, due } = TABLE[name];
  const [row] = await ctx.tools.postgres.query(
    `SELECT count(*) AS n FROM ${name}
     WHERE status = ANY ($2) AND ${due} < to_timestamp($1::double precision / 1000)
       AND escalation_level > 0 AND assigned_to IS NULL`,
    [ctx.clock.now(), open, ...secondsOf(reviews)],
  );
  return Number(row?.n ?? 0);
}

/** Open tasks of each person. */
export async function countLoads(
  ctx: Context,
  name: TableName,
  people: readonly string[],
): Promise<Map<string, number>> {
  const rows = await ctx.tools.postgres.query(
    `SELECT assigned_to::text AS person, count(*) AS n FROM ${name}
     WHERE status = ANY ($1) AND assigned_to::text = ANY ($2) GROUP BY 1`,
    [TABLE[name].open, people],
  );
  return new Map(rows.map((row) => [String(row.person), Number(row.n)]));
}

/** Where a task stands now; null where it is not open any more. */
export async function readLevel(ctx: Context, name: TableName, id: string): Promise<number | null> {
  const [row] = await ctx.tools.postgres.query(
    `SELECT escalation_level AS level FROM ${name} WHERE id::text = $1 AND status = ANY ($2)`,
    [id, TABLE[name].open],
  );
  return row === undefined ? null : Number(row.level);
}

/** The database's way to one level up. It changes nothing where the task has left the level below meanwhile. */
export async function escalateRow(ctx: Context, name: TableName, task: Escalation): Promise<boolean> {
  const { open, set } = TABLE[name];
  const { rowCount } = await ctx.tools.postgres.execute(
    `WITH given AS (SELECT to_timestamp($5::double precision / 1000) AS now, $6::text AS reason)
     UPDATE ${name} SET escalation_level = escalation_level + 1, assigned_to = $3::uuid, ${set}
     FROM given WHERE id::text = $1 AND escalation_level = $2 AND status = ANY ($4)`,
    [task.id, task.level - 1, task.to, open, ctx.clock.now(), REASON],
    { maxRows: 1 },
  );
  return rowCount === 1;
}

function secondsOf({ due_within: due }: ReviewSettings): readonly Json[] {
  return [due.urgent, due.high, due.medium, due.low].map((ms) => ms / 1_000);
}

function toOverdue(row: Row): Overdue {
  return {
    id: String(row.id),
    priority: String(row.priority),
    level: Number(row.level),
    assignedTo: row.assigned_to === null || row.assigned_to === undefined ? null : String(row.assigned_to),
    overdueSeconds: Math.round(Number(row.late)),
  };
}
