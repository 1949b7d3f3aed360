import { connect } from 'node:net';
import { request } from 'undici';

/** Where something is that must always be reachable. */
export interface Door {
  /** `host:port`. */
  readonly tcp?: string | undefined;
  readonly http?: string | undefined;
}

/** Whether somebody is there: a connection that is taken, or an answer below 500. @throws Error that says what was there instead. */
export async function knock({ tcp, http }: Door, signal: AbortSignal): Promise<void> {
  if (tcp !== undefined) await opens(tcp, signal);
  if (http === undefined) return;
  const { statusCode, body } = await request(http, { method: 'GET', signal, headers: { 'user-agent': 'remedyd' } });
  await body.dump();
  if (statusCode >= 500) throw new Error(`it answered ${statusCode}`);
}

function opens(address: string, signal: AbortSignal): Promise<void> {
  const at = address.lastIndexOf(':');
  const host = address.slice(0, at).replace(/^\[|\]$/g, '');
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port: Number(address.slice(at + 1)), signal });
    socket.once('connect', () => {
      socket.destroy();
      resolve();
    });
    socket.once('error', reject);
  });
}
