import type { FastifyInstance } from 'fastify';
import { Refused } from '../phones.ts';
import type { Estate } from './estate.ts';

/** Scoring, the graph and email hygiene. */
export function pipelineRoutes(app: FastifyInstance, { pool, queues, dependencies }: Estate): void {
  app.post('/api/v1/internal/scoring/batch', async () => {
    const { rows } = await pool.query<{ id: string }>(
      `SELECT id FROM silver_companies
       WHERE total_quality_score IS NULL AND enrichment_status = 'complete' AND is_master_record LIMIT 1000`,
    );
    for (const { id } of rows) await queues.enqueue('silver:score:company', 1, { companyId: id });
    return { success: true, queued: rows.length };
  });

  app.post<{ Body: { scope?: string } }>('/api/v1/nurturing/graph/rebuild', async ({ body }, reply) => {
    if (body?.scope !== 'FULL') throw new Refused(400, 'INVALID_SCOPE', "scope must be 'FULL'");
    dependencies.graph = true;
    await reply.code(202).send({ success: true });
  });

  app.get('/api/v1/outreach/analytics/email-deliverability', async () => {
    const { rows } = await pool.query(
      `SELECT count(*)::int AS sent, (count(*) FILTER (WHERE status = 'BOUNCED'))::int AS bounced
       FROM gold_communication_log WHERE channel LIKE 'EMAIL%' AND created_at > now() - interval '24 hours'`,
    );
    const { sent, bounced } = rows[0] as { sent: number; bounced: number };
    return { sent, bounced, bounceRate: sent === 0 ? 0 : bounced / sent };
  });

  app.post('/api/v1/outreach/email/clean-bounces', async () => {
    const { rowCount } = await pool.query(
      "UPDATE gold_communication_log SET status = 'BOUNCED_CLEANED' WHERE status = 'BOUNCED'",
    );
    return { success: true, cleaned: rowCount };
  });
}
