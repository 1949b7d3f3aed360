import { Agent, type Dispatcher } from 'undici';
import type { Json } from '../domain/json.ts';
import type { Millis } from '../domain/time.ts';
import { ToolError, ToolRefusal } from './error.ts';

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PATCH';
  /** As it stands in the request line, query included. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

export interface RawAnswer {
  readonly status: number;
  readonly body: Buffer;
}

/** Connections to one server. It never follows a redirect: the answer that says so is the answer. */
export interface HttpServer {
  send(request: HttpRequest): Promise<RawAnswer>;
  close(): Promise<void>;
}

/** @param socketPath of a unix socket, where the server is on one. */
export function httpServer(origin: string, options: { timeout: Millis; socketPath?: string }): HttpServer {
  const { timeout, socketPath } = options;
  const agent = new Agent({
    connect: { timeout: Math.min(timeout, 5_000), ...(socketPath === undefined ? {} : { socketPath }) },
    // Every request has its own limit, by its signal; some may take longer than the usual.
    headersTimeout: 0,
    bodyTimeout: 0,
    connections: 8,
  });
  return {
    async send(request) {
      try {
        return await once(agent, origin, request);
      } catch (error) {
        // A kept-alive connection may be closed by the server just as it is used again. Only reading is tried twice.
        if (request.method !== 'GET' || !wasClosed(error) || request.signal.aborted) throw error;
        return await once(agent, origin, request);
      }
    },
    close: () => agent.destroy(),
  };
}

async function once(agent: Agent, origin: string, request: HttpRequest): Promise<RawAnswer> {
  const { method, path, headers, body, signal } = request;
  const answer = await agent.request({
    origin,
    path,
    method,
    headers: { 'user-agent': 'remedyd', ...headers },
    signal,
    ...(body === undefined ? {} : { body }),
  });
  return { status: answer.statusCode, body: await readBody(answer.body, request.maxBytes) };
}

async function readBody(body: Dispatcher.ResponseData['body'], limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += (chunk as Buffer).length;
    if (size > limit) {
      body.destroy();
      throw new ToolError(`the answer is larger than ${limit} bytes`);
    }
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

function wasClosed(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return code === 'UND_ERR_SOCKET' || code === 'ECONNRESET' || code === 'EPIPE';
}

/** The body as JSON; as text where it is none; null where there is none. */
export function parseBody(body: Buffer): Json {
  const text = body.toString('utf8');
  if (text === '') return null;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

/**
 * A path below the base URL, with its query. A path that a server could resolve to somewhere else, or read as another
 * host, is refused: parts of it may come from an alert's labels.
 */
export function requestPath(base: URL, path: string, query: Readonly<Record<string, string>> = {}): string {
  const [segments = ''] = path.split('?');
  if (!path.startsWith('/') || path.startsWith('//')) throw new ToolRefusal(`'${path}' must start with one /`);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  if (/[\s\\#\u0000-\u001f\u007f]/.test(path)) throw new ToolRefusal(`'${path}' holds a character that no path may`);
  const decoded = segments.replaceAll(/%2e/gi, '.');
  if (decoded.split(/\/|%2f/i).some((one) => one === '.' || one === '..')) {
    throw new ToolRefusal(`'${path}' leaves its folder`);
  }
  const search = new URLSearchParams(query).toString();
  const sign = path.includes('?') ? '&' : '?';
  return `${base.pathname.replace(/\/+$/, '')}${path}${search === '' ? '' : sign + search}`;
}
