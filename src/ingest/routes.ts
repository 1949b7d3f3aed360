import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { answerError } from '../server/errors.ts';
import { refuse } from './auth.ts';
import { type ReceiveParts, receive } from './receive.ts';
import type { SourceConfig, SourcesConfig } from './source-config.ts';
import { WEBHOOK_SOURCES, type WebhookSource } from './sources/parsed.ts';

export interface IngestRoutesParts extends ReceiveParts {
  readonly sources: SourcesConfig;
  stopping(): boolean;
}

/**
 * The webhook routes. 2xx means stored; 503 that a later delivery can succeed. Never 4xx for what is in a body and never
 * 429: Alertmanager repeats those for ever, and nobody ever reads them.
 */
export function registerIngest(server: FastifyInstance, parts: IngestRoutesParts): void {
  for (const source of WEBHOOK_SOURCES) {
    const config = parts.sources[source];
    if (config === undefined) continue;
    server.route({
      // Grafana can be told to PUT.
      method: source === 'grafana' ? ['POST', 'PUT'] : 'POST',
      url: `/webhooks/${source}`,
      handler: (request, reply) => answer(parts, source, config, request, reply),
    });
  }
}

async function answer(
  parts: IngestRoutesParts,
  source: WebhookSource,
  config: SourceConfig,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  const refusal = refuse(config, { headers: request.headers, body }, parts.clock.now());
  if (refusal !== null) {
    parts.metrics.webhooks.inc({ source, outcome: 'unauthorized' });
    parts.log.warn({ source, why: refusal, from: request.ip }, 'a webhook was refused');
    return answerError(reply, 'unauthorized');
  }
  if (parts.stopping()) return answerError(reply, 'stopping');
  try {
    const received = await receive(parts, source, body);
    return reply.code(received.accepted === 0 && received.rejected > 0 ? 202 : 200).send(received);
  } catch (error) {
    parts.metrics.webhooks.inc({ source, outcome: 'not-stored' });
    parts.log.error({ err: error, source }, 'a webhook could not be stored; its sender is asked to come again');
    return answerError(reply, 'cannot-commit');
  }
}
