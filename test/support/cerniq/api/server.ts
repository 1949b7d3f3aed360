import Fastify, { type FastifyInstance } from 'fastify';
import { Refused } from '../phones.ts';
import { approvalRoutes } from './approvals.ts';
import type { Estate } from './estate.ts';
import { healthRoutes } from './health.ts';
import { metricsRoute } from './metrics.ts';
import { type Mischief, mischief } from './mischief.ts';
import { phoneRoutes } from './phones.ts';
import { pipelineRoutes } from './pipeline.ts';
import { queueRoutes } from './queues.ts';

export interface Api {
  readonly url: string;
  readonly mischief: Mischief;
  /** Every request so far, as `METHOD path status`. */
  readonly requests: readonly string[];
  stop(): Promise<void>;
}

/** Cerniq's own HTTP API: what the runbooks call with curl. Everything under /api wants the admin's token. */
export async function startApi(estate: Estate, adminToken: string, port: number): Promise<Api> {
  const app: FastifyInstance = Fastify({ forceCloseConnections: true });
  const trouble = mischief();
  const requests: string[] = [];
  readJsonLoosely(app);
  app.addHook('onRequest', async (request, reply) => {
    if (!request.url.startsWith('/api/') || request.headers.authorization === `Bearer ${adminToken}`) return;
    await reply.code(401).send({ error: { code: 'UNAUTHORIZED', message: 'A bearer token is needed' } });
  });
  app.addHook('preHandler', trouble.hook);
  app.addHook('onResponse', async ({ method, url }, { statusCode }) => {
    requests.push(`${method} ${url} ${statusCode}`);
  });
  app.setErrorHandler(async (error: Error & { statusCode?: number }, _request, reply) => {
    const { status = error.statusCode ?? 500, code = 'INTERNAL' } = error instanceof Refused ? error : {};
    await reply.code(status).send({ error: { code, message: error.message } });
  });
  app.setNotFoundHandler(async ({ method, url }, reply) => {
    await reply.code(404).send({ error: { code: 'ROUTE_NOT_FOUND', message: `No route ${method} ${url}` } });
  });
  for (const routes of [phoneRoutes, approvalRoutes, queueRoutes, pipelineRoutes, healthRoutes, metricsRoute]) {
    routes(app, estate);
  }
  const url = await app.listen({ port, host: '127.0.0.1' });
  return { url, mischief: trouble.controls, requests, stop: () => app.close() };
}

/** curl sends `-d` as a form unless told otherwise, and many of the runbooks' calls do not tell. */
function readJsonLoosely(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, text, done) => {
    if (text === '') return done(null, {});
    try {
      done(null, JSON.parse(text.toString()));
    } catch {
      done(new Refused(400, 'INVALID_JSON', 'The body is no JSON'), undefined);
    }
  });
}
