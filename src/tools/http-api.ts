import type { Json } from '../domain/json.ts';
import type { Clock } from '../domain/time.ts';
import type { HttpAnswer, HttpApi, HttpOptions } from '../remediation/tools.ts';
import { recordedCalls } from './call.ts';
import type { ApiConfig } from './config.ts';
import type { Connected } from './connected.ts';
import { httpServer, parseBody, requestPath } from './http.ts';

/** One HTTP API of the config, under the name that the config gives it. */
export function connectApi(name: string, config: ApiConfig, clock: Clock): Connected<HttpApi> {
  const base = new URL(config.base_url);
  const server = httpServer(base.origin, { timeout: config.timeout });
  // A secret that is not set fails the calls that need it, with its name, and not the start of everything else.
  const known = [config.token, config.basic?.password].filter((one) => one !== undefined && !one.missing);
  const secrets = known.map((one) => one?.reveal() ?? '');

  return {
    close: server.close,
    open(scope) {
      const call = recordedCalls(name, scope, clock, secrets);
      const send = (method: 'GET' | 'POST' | 'PATCH', path: string, body?: Json, options: HttpOptions = {}) => {
        const timeout = options.timeout ?? config.timeout;
        return call<HttpAnswer>({
          call: `${method} ${path}`,
          args: { ...(options.query === undefined ? {} : { query: options.query }), ...(body ? { body } : {}) },
          timeout,
          async act(signal) {
            const started = clock.now();
            const authorization = authorizationOf(config, base);
            const answer = await server.send({
              method,
              path: requestPath(base, path, options.query),
              headers: {
                accept: 'application/json',
                ...(authorization === null ? {} : { authorization }),
                ...(body === undefined ? {} : { 'content-type': 'application/json' }),
                ...(options.idempotencyKey === undefined ? {} : { 'idempotency-key': options.idempotencyKey }),
              },
              body: body === undefined ? undefined : JSON.stringify(body),
              maxBytes: config.max_bytes,
              signal,
            });
            const { status } = answer;
            return {
              status,
              ok: status >= 200 && status < 300,
              body: parseBody(answer.body),
              took: clock.now() - started,
            };
          },
          evidence: ({ status, body: answered }) => ({ status, body: answered }),
        });
      };
      return {
        get: (path, options) => send('GET', path, undefined, options),
        post: (path, body, options) => send('POST', path, body, options),
        patch: (path, body, options) => send('PATCH', path, body, options),
      };
    },
  };
}

/** The header's value; null where the API wants none. Credentials may also stand in the URL, as in many compose files. */
function authorizationOf({ token, basic }: ApiConfig, base: URL): string | null {
  if (token !== undefined) return `Bearer ${token.reveal()}`;
  if (basic !== undefined) return basicOf(basic.user, basic.password.reveal());
  if (base.username === '') return null;
  return basicOf(decodeURIComponent(base.username), decodeURIComponent(base.password));
}

function basicOf(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}
