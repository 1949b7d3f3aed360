import type { Json } from '../../../src/domain/json.ts';
import type { HttpAnswer, HttpApi, HttpOptions } from '../../../src/remediation/tools.ts';

export interface SmallApi {
  readonly tool: HttpApi;
  /** Requests that change something, as `POST /path`. */
  readonly acts: string[];
  readonly keys: string[];
}

/** An API that one function answers: with a status and a body, or with an error where no answer comes. */
export function smallApi(
  answer: (request: {
    readonly method: string;
    readonly path: string;
    readonly body: Json | undefined;
  }) => readonly [status: number, body?: Json] | Error,
): SmallApi {
  const acts: string[] = [];
  const keys: string[] = [];
  const send = async (method: string, path: string, body?: Json, options: HttpOptions = {}): Promise<HttpAnswer> => {
    if (method !== 'GET') acts.push(`${method} ${path}`);
    if (options.idempotencyKey !== undefined) keys.push(options.idempotencyKey);
    const answered = answer({ method, path, body });
    if (answered instanceof Error) throw answered;
    const [status, given = null] = answered;
    return { status, ok: status >= 200 && status < 300, body: given, took: 1 };
  };
  return {
    acts,
    keys,
    tool: {
      get: (path, options) => send('GET', path, undefined, options),
      post: (path, body, options) => send('POST', path, body, options),
      patch: (path, body, options) => send('PATCH', path, body, options),
    },
  };
}
