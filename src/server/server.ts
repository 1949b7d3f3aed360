import { type FastifyBaseLogger, type FastifyInstance, fastify, LogController } from 'fastify';
import type { Log } from '../observe/log.ts';
import { answerError } from './errors.ts';

/** A Fastify that hands bodies over as raw bytes, because signatures are made over those, and errors by the catalogue. */
export function createServer(log: Log, bodyLimit: number): FastifyInstance {
  const server = fastify({
    loggerInstance: log.child({ part: 'http' }, { level: 'warn' }) as unknown as FastifyBaseLogger,
    bodyLimit,
    logController: new LogController({ disableRequestLogging: true }),
    forceCloseConnections: 'idle',
    requestTimeout: 30_000,
  });
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  server.setNotFoundHandler((_request, reply) => answerError(reply, 'not-found'));
  server.setErrorHandler((error: Error & { statusCode?: number }, request, reply) => {
    if (error.statusCode === 413) return answerError(reply, 'payload-too-large', `The limit is ${bodyLimit} bytes.`);
    if (error.statusCode !== undefined && error.statusCode < 500) return answerError(reply, 'bad-request');
    log.error({ err: error, url: request.routeOptions.url }, 'a request failed');
    return answerError(reply, 'internal');
  });
  return server;
}
