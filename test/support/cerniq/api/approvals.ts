import type { FastifyInstance } from 'fastify';
import { USERS } from '../names.ts';
import { Refused } from '../phones.ts';
import type { Estate } from './estate.ts';

type Escalate = { Params: { id: string }; Body: { escalateTo?: string; reason?: string } };

const HIGHEST = 3;

export function approvalRoutes(app: FastifyInstance, { pool }: Estate): void {
  /** A person by id, or by what the runbooks call them. */
  async function person(named: string | undefined): Promise<string> {
    const role = { manager: USERS.manager.id, team_lead: USERS.teamLead.id, 'team-lead': USERS.teamLead.id }[
      named ?? ''
    ];
    const { rows } = await pool.query('SELECT id FROM users WHERE id::text = $1', [role ?? named]);
    if (rows[0] === undefined) throw new Refused(400, 'UNKNOWN_USER', `'${named}' is nobody to escalate to`);
    return rows[0].id;
  }

  app.post<Escalate>('/api/v1/approvals/:id/escalate', async ({ params, body }) => {
    const { rows } = await pool.query('SELECT * FROM approval_tasks WHERE id::text = $1', [params.id]);
    const [task] = rows;
    if (task === undefined) throw new Refused(404, 'TASK_NOT_FOUND', `There is no approval task ${params.id}`);
    if (!['pending', 'assigned'].includes(task.status)) throw new Refused(409, 'TASK_DECIDED', `It is ${task.status}`);
    if (task.escalation_level >= HIGHEST) throw new Refused(409, 'MAX_LEVEL', `It is at level ${HIGHEST} already`);
    const { escalateTo, reason = '' } = body ?? {};
    const to = await person(escalateTo);
    const { rows: after } = await pool.query(
      `UPDATE approval_tasks SET escalation_level = escalation_level + 1, assigned_to = $2, status = 'assigned',
         metadata = metadata || jsonb_build_object('escalationReason', $3::text)
       WHERE id = $1 RETURNING id, assigned_to AS "assignedTo", escalation_level AS "escalationLevel", status`,
      [task.id, to, reason],
    );
    return { success: true, task: after[0] };
  });

  app.get<{ Querystring: { status?: string; slaBreached?: string } }>('/api/v1/outreach/reviews', async ({ query }) => {
    const { rows } = await pool.query(
      `SELECT id, priority, status, assigned_to AS "assignedTo", sla_due_at AS "slaDueAt", created_at AS "createdAt",
                escalation_level AS "escalationLevel", status <> 'RESOLVED' AND sla_due_at < now() AS "slaBreached"
         FROM human_review_queue
         WHERE ($1::text IS NULL OR status = $1)
           AND ($2::text IS NULL OR (status <> 'RESOLVED' AND sla_due_at < now()) = ($2 = 'true'))
         ORDER BY created_at`,
      [query.status, query.slaBreached],
    );
    const counts: Record<string, number> = {};
    for (const { priority } of rows) counts[priority] = (counts[priority] ?? 0) + 1;
    return { reviews: rows, counts, meta: { total: rows.length } };
  });

  app.post<Escalate>('/api/v1/outreach/reviews/:id/escalate', async ({ params, body }) => {
    const to = await person(body?.escalateTo);
    const { rows } = await pool.query(
      `UPDATE human_review_queue
       SET escalation_level = escalation_level + 1, assigned_to = $2, assigned_at = now(), status = 'ASSIGNED'
       WHERE id::text = $1 AND status <> 'RESOLVED' AND escalation_level < $3
       RETURNING id, assigned_to AS "assignedTo", escalation_level AS "escalationLevel", status`,
      [params.id, to, HIGHEST],
    );
    if (rows[0] === undefined) throw new Refused(404, 'REVIEW_NOT_FOUND', `There is no such open review ${params.id}`);
    return { success: true, review: rows[0] };
  });
}
