import type { FastifyInstance } from 'fastify';
import { type ApiAuth, readersOnly } from '../server/readers.ts';
import { type HealthParts, readChecks } from './health.ts';
import type { Metrics } from './metrics.ts';

export interface ObserveParts extends HealthParts {
  readonly metrics: Metrics;
  readonly auth: ApiAuth;
  /** Whether these routes ask for credentials too. */
  readonly closed: boolean;
  stopping(): boolean;
  /** Brings figures up to date that are counted in the database. */
  refresh(): Promise<void>;
}

/** Health and figures, for the platform. */
export function registerObserve(server: FastifyInstance, parts: ObserveParts): void {
  const options = parts.closed ? { onRequest: readersOnly(parts.auth) } : {};

  server.get('/healthz', options, async () => ({ status: 'ok' }));

  server.get('/readyz', options, async (_request, reply) => {
    const checks = await readChecks(parts);
    const ready = !parts.stopping() && checks.every((check) => check.ok || !check.required);
    const failing = checks.filter((check) => !check.ok).map((check) => check.name);
    return reply.code(ready ? 200 : 503).send({ ready, stopping: parts.stopping(), failing, checks });
  });

  server.get('/metrics', options, async (_request, reply) => {
    await parts.refresh();
    return reply.type(parts.metrics.registry.contentType).send(await parts.metrics.registry.metrics());
  });
}
