import type { FastifyInstance } from 'fastify';
import { APPROVAL_TYPES, KEYS, PRIORITIES, QUEUES, SOURCES } from '../names.ts';
import type { Estate } from './estate.ts';

/** What Cerniq exports, computed from queues, tables and the workers' counters at the moment of asking. */
export function metricsRoute(app: FastifyInstance, estate: Estate): void {
  app.get('/metrics', async (_request, reply) => {
    const parts = await Promise.all([queueDepths(estate), counters(estate), reviews(estate), connections(estate)]);
    await reply.type('text/plain; version=0.0.4').send(`${parts.flat().join('\n')}\n`);
  });
  // Stands for the metrics address that each worker has of its own in production.
  app.get<{ Params: { service: string } }>('/metrics/workers/:service', async ({ params }, reply) => {
    const alive = (await estate.redis.exists(KEYS.alive(params.service))) === 1;
    await reply
      .code(alive ? 200 : 503)
      .type('text/plain; version=0.0.4')
      .send('# TYPE cerniq_worker_up gauge\ncerniq_worker_up 1\n');
  });
}

type Labels = Readonly<Record<string, string | undefined>>;

function line(name: string, labels: Labels, value: number): string {
  const inner = Object.entries(labels).map(([label, text]) => `${label}=${JSON.stringify(text)}`);
  return `${name}${inner.length === 0 ? '' : `{${inner.join(',')}}`} ${value}`;
}

async function queueDepths({ queues }: Estate): Promise<readonly string[]> {
  const depths = await Promise.all(QUEUES.map(async (queue) => ({ queue, counts: await queues.counts(queue) })));
  return [
    '# TYPE cerniq_worker_queue_depth gauge',
    ...depths.flatMap(({ queue, counts }) =>
      Object.entries(counts).map(([state, value]) => line('cerniq_worker_queue_depth', { queue, state }, value)),
    ),
  ];
}

/** A series that first appears with its first event has no increase, so all of them are there from the start. */
async function counters({ redis }: Estate): Promise<readonly string[]> {
  const counted = await redis.hgetall(KEYS.counters);
  const value = (...key: readonly string[]) => Number(counted[key.join('|')] ?? 0);
  const duration = 'cerniq_silver_enrichment_duration_seconds';
  const errors = 'cerniq_silver_enrichment_errors_total';
  const processed = 'cerniq_worker_jobs_processed_total';
  return [
    `# TYPE ${duration} histogram`,
    ...SOURCES.flatMap((source) => [
      line(`${duration}_bucket`, { source, le: '+Inf' }, value(`${duration}_count`, source)),
      line(`${duration}_sum`, { source }, value(`${duration}_sum`, source)),
      line(`${duration}_count`, { source }, value(`${duration}_count`, source)),
    ]),
    `# TYPE ${errors} counter`,
    ...SOURCES.map((source) => line(errors, { source, error_type: 'upstream' }, value(errors, source, 'upstream'))),
    `# TYPE ${processed} counter`,
    ...QUEUES.flatMap((queue) =>
      ['completed', 'failed'].map((status) => line(processed, { queue, status }, value(processed, queue, status))),
    ),
  ];
}

async function reviews({ pool, redis }: Estate): Promise<readonly string[]> {
  const { rows } = await pool.query<{ id: string; approval_type: string; priority: string; escalation_level: number }>(
    "SELECT id, approval_type, priority, escalation_level FROM approval_tasks WHERE status IN ('pending', 'assigned') AND due_at < now()",
  );
  // Each task breaches its deadline once, however often somebody looks.
  for (const { id, approval_type, priority } of rows) {
    if ((await redis.sadd(KEYS.breached, id)) === 0) continue;
    await redis.hincrby(KEYS.counters, `cerniq_hitl_sla_breach_total|${approval_type}|${priority}`, 1);
  }
  const counted = await redis.hgetall(KEYS.counters);
  const pending = await pool.query("SELECT count(*)::int AS n FROM approval_tasks WHERE status = 'pending'");
  const kinds = APPROVAL_TYPES.flatMap((approval_type) => PRIORITIES.map((priority) => ({ approval_type, priority })));
  return [
    '# TYPE cerniq_hitl_sla_breach_total counter',
    ...kinds.map((kind) => {
      const key = `cerniq_hitl_sla_breach_total|${kind.approval_type}|${kind.priority}`;
      return line('cerniq_hitl_sla_breach_total', kind, Number(counted[key] ?? 0));
    }),
    '# TYPE cerniq_hitl_overdue_tasks gauge',
    ...kinds.map((kind) => {
      const unattended = rows.filter(
        (row) =>
          row.approval_type === kind.approval_type && row.priority === kind.priority && row.escalation_level === 0,
      );
      return line('cerniq_hitl_overdue_tasks', kind, unattended.length);
    }),
    '# TYPE cerniq_hitl_pending_tasks gauge',
    line('cerniq_hitl_pending_tasks', {}, pending.rows[0].n),
  ];
}

async function connections({ pool }: Estate): Promise<readonly string[]> {
  const { rows } = await pool.query(
    'SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database()',
  );
  return ['# TYPE pg_stat_activity_count gauge', line('pg_stat_activity_count', {}, rows[0].n)];
}
