import type { FastifyInstance } from 'fastify';
import { type PhoneStatus, Refused } from '../phones.ts';
import type { Estate } from './estate.ts';

type ById = { Params: { id: string } };

const OUTREACH = '/api/v1/outreach';

export function phoneRoutes(app: FastifyInstance, { phones, pool }: Estate): void {
  app.get(`${OUTREACH}/phones`, async () => ({ phones: await phones.list() }));
  app.get<ById>(`${OUTREACH}/phones/:id`, async ({ params }) => await phones.get(params.id));

  app.patch<ById & { Body: { status?: PhoneStatus } }>(`${OUTREACH}/phones/:id`, async ({ params, body }) => {
    const { status } = body ?? {};
    if (!['ACTIVE', 'OFFLINE', 'PAUSED', 'BANNED'].includes(String(status))) {
      throw new Refused(400, 'INVALID_STATUS', `'${status}' is no status of a phone`);
    }
    await phones.get(params.id);
    await phones.setStatus(params.id, status as PhoneStatus);
    return { success: true, phone: await phones.get(params.id) };
  });

  app.post<ById>(`${OUTREACH}/phones/:id/reconnect`, async ({ params }, reply) => {
    await phones.reconnect(params.id);
    const { status } = await phones.get(params.id);
    await reply.code(202).send({ success: true, status });
  });

  app.post<ById>(`${OUTREACH}/phones/:id/resume`, async ({ params }) => {
    await phones.resume(params.id);
    return { success: true, phone: await phones.get(params.id) };
  });

  app.post<ById>(`${OUTREACH}/phones/:id/reassign-leads`, async ({ params }) => {
    await phones.get(params.id);
    const { rowCount } = await pool.query(
      `WITH free AS (SELECT array_agg(id ORDER BY id) AS ids FROM wa_phone_numbers WHERE status = 'ACTIVE' AND id <> $1),
            moved AS (SELECT lead_id, row_number() OVER (ORDER BY lead_id) AS n FROM gold_lead_journey
                      WHERE assigned_phone_id = $1 AND engagement_stage IN ('COLD', 'CONTACTED_WA'))
       UPDATE gold_lead_journey AS lead
       SET assigned_phone_id = free.ids[1 + moved.n % array_length(free.ids, 1)], assigned_at = now()
       FROM moved, free WHERE lead.lead_id = moved.lead_id`,
      [params.id],
    );
    return { success: true, reassigned: rowCount };
  });

  app.get<ById & { Querystring: { days?: string } }>(
    `${OUTREACH}/analytics/phones/:id/history`,
    async ({ params, query }) => {
      await phones.get(params.id);
      const { rows } = await pool.query(
        `SELECT to_char(created_at, 'YYYY-MM-DD') AS date, count(*)::int AS sent, sum(quota_cost)::int AS "quotaUsed"
         FROM gold_communication_log
         WHERE phone_id = $1 AND channel = 'WHATSAPP' AND created_at > now() - make_interval(days => $2)
         GROUP BY 1 ORDER BY 1`,
        [params.id, Number(query.days ?? 7)],
      );
      return { dailyStats: rows };
    },
  );

  app.post('/api/admin/phones/pause-all', async () => {
    const active = (await phones.list()).filter(({ status }) => status === 'ACTIVE');
    for (const { id } of active) await phones.setStatus(id, 'PAUSED');
    return { success: true, paused: active.map(({ id }) => id) };
  });

  app.post('/api/admin/phones/health-check', async () => {
    const checked = (await phones.list()).map(async ({ id }) => ({ id, status: await phones.check(id) }));
    return { success: true, results: await Promise.all(checked) };
  });

  app.get<ById>(`${OUTREACH}/leads/:id`, async ({ params }) => {
    const { rows } = await pool.query(
      `SELECT lead_id AS id, engagement_stage AS "engagementStage", is_human_controlled AS "isHumanControlled",
              assigned_phone_id AS phone
       FROM gold_lead_journey WHERE lead_id::text = $1`,
      [params.id],
    );
    const [found] = rows;
    if (found === undefined) throw new Refused(404, 'LEAD_NOT_FOUND', `There is no lead ${params.id}`);
    const { phone, ...lead } = found;
    return { ...lead, assignedPhone: phone === null ? null : await phones.get(phone) };
  });

  app.post<ById>(`${OUTREACH}/leads/:id/reassign-phone`, async ({ params }) => {
    const { rows } = await pool.query(
      `UPDATE gold_lead_journey SET assigned_at = now(), assigned_phone_id =
         (SELECT id FROM wa_phone_numbers WHERE status = 'ACTIVE' AND id IS DISTINCT FROM assigned_phone_id ORDER BY id LIMIT 1)
       WHERE lead_id::text = $1 RETURNING assigned_phone_id AS phone`,
      [params.id],
    );
    if (rows[0] === undefined) throw new Refused(404, 'LEAD_NOT_FOUND', `There is no lead ${params.id}`);
    return { success: true, assignedPhone: rows[0].phone };
  });
}
