import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';

/** What the other side does with a request. */
export type Answer = (response: ServerResponse) => void;

/** A server that gives every request the same answer. */
export interface AnsweringServer extends AsyncDisposable {
  readonly url: string;
}

export function answer(status: number, body: unknown = '', headers: Readonly<Record<string, string>> = {}): Answer {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };
}

/** Takes the request and never answers. */
export const silence: Answer = () => undefined;

/** Begins an answer that never ends. */
export const halfAnAnswer: Answer = (response) => {
  response.writeHead(503, { 'content-type': 'application/json' });
  response.write('{"ok":');
};

/** Takes the request and drops the connection. */
export const hangUp: Answer = (response) => {
  response.destroy();
};

export async function answeringServer(give: Answer): Promise<AnsweringServer> {
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => give(response));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server listens on no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** An address at which nobody listens: a port that has just been given back. */
export async function deadUrl(): Promise<string> {
  await using server = await answeringServer(silence);
  return server.url;
}
