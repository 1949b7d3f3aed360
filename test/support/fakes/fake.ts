import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { type Faults, faultSwitches, type Interference } from './faults.ts';

/** One request that a fake got, with the answer that it gave. */
export interface Recorded {
  readonly method: string;
  /** As it was sent, escapes and all, without the query. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: IncomingHttpHeaders;
  /** JSON and forms as objects, everything else as text; undefined when there was none. */
  readonly body: unknown;
  /** The status answered; 0 when the connection was given up without an answer. */
  readonly status: number;
}

/** Somebody else's service, as a server on 127.0.0.1 that is as strict as the real one. */
export interface Fake extends AsyncDisposable {
  readonly url: string;
  /** Every request so far, oldest first; faulted ones too. */
  readonly requests: readonly Recorded[];
  readonly faults: Faults;
  /** The first request, past or coming, that this is true of. Waits for requests, not for time. */
  waitFor(wanted: (request: Recorded) => boolean, within?: number): Promise<Recorded>;
  /** Waits until this answers something; asked again after each request. */
  until<T>(look: () => T | undefined | false, within?: number): Promise<T>;
  stop(): Promise<void>;
}

/**
 * Serves these routes. `socket` listens on a unix socket instead of a port. `rejected` writes the service's own form of
 * a refusal for the switchable faults; without it the body is `{"error": "…"}`.
 */
export async function startFake(options: {
  readonly name: string;
  readonly routes: (app: FastifyInstance) => void;
  readonly socket?: string;
  readonly rewriteUrl?: (url: string) => string;
  readonly rejected?: (status: number) => unknown;
  readonly bodyLimit?: number;
}): Promise<Fake> {
  const events = new EventEmitter<{ request: [Recorded] }>().setMaxListeners(0);
  const requests: Recorded[] = [];
  const { rewriteUrl = (url: string) => url, bodyLimit = 10 * 1024 * 1024 } = options;
  const app: FastifyInstance = Fastify({ bodyLimit, rewriteUrl: ({ url }) => rewriteUrl(url ?? '/') });
  readAnyBody(app);
  const switches = faultSwitches({ refuse, accept });
  const record = (request: FastifyRequest, status: number) => {
    const recorded: Recorded = {
      method: request.method,
      path: request.url.split('?')[0] ?? '/',
      query: { ...(request.query as Record<string, string>) },
      headers: request.headers,
      body: request.body,
      status,
    };
    requests.push(recorded);
    events.emit('request', recorded);
  };
  app.addHook('preHandler', async (request, reply) => {
    const what = switches.next();
    if (what?.kind === 'hang') record(request, 0);
    await interfere(what, reply, options.rejected);
  });
  app.addHook('onResponse', async (request, reply) => {
    record(request, reply.raw.writableEnded ? reply.statusCode : 0);
  });
  options.routes(app);
  await app.ready();
  const server = createServer((request, response) => app.routing(request, response));
  let port = 0;

  async function accept(): Promise<void> {
    if (server.listening) return;
    if (options.socket === undefined) server.listen(port, '127.0.0.1');
    else server.listen(options.socket);
    await once(server, 'listening');
    const address = server.address();
    if (address !== null && typeof address === 'object') port = address.port;
  }
  async function refuse(): Promise<void> {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  }

  const until: Fake['until'] = async (look, within = 5_000) => {
    const giveUp = AbortSignal.timeout(within);
    for (;;) {
      const seen = look();
      if (seen !== undefined && seen !== false) return seen;
      await once(events, 'request', { signal: giveUp }).catch(() => {
        const got = requests.map(({ method, path, status }) => `${method} ${path} ${status}`).slice(-30);
        throw new Error(
          `${options.name}: what was waited for did not come within ${within} ms. It got:\n${got.join('\n')}`,
        );
      });
    }
  };
  const stop = async () => {
    await refuse();
    await app.close();
  };
  await accept();
  return {
    url: options.socket === undefined ? `http://127.0.0.1:${port}` : `unix:${options.socket}`,
    requests,
    faults: switches.faults,
    until,
    waitFor: (wanted, within) => until(() => requests.find(wanted), within),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

async function interfere(
  what: Interference | undefined,
  reply: FastifyReply,
  rejected: (status: number) => unknown = (status) => ({ error: `fault ${status}` }),
): Promise<void> {
  if (what === undefined) return;
  if (what.kind === 'hang') {
    reply.hijack();
    return;
  }
  if (what.kind === 'slow') {
    await pause(what.ms);
    return;
  }
  if (what.retryAfter !== undefined) void reply.header('retry-after', String(what.retryAfter));
  await reply.code(what.status).send(what.body ?? rejected(what.status));
}

/** The real ones read bodies more or less leniently; each fake's routes judge what came. */
function readAnyBody(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string' }, (request, text, done) => {
    const type = request.headers['content-type'] ?? '';
    if (text === '') return done(null, undefined);
    if (type.includes('application/x-www-form-urlencoded')) {
      return done(null, Object.fromEntries(new URLSearchParams(text.toString())));
    }
    try {
      done(null, type.includes('json') ? JSON.parse(text.toString()) : text);
    } catch {
      done(null, text);
    }
  });
}
