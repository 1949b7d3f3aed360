import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Secret } from '../config/secret.ts';
import { answerError } from './errors.ts';

export interface ApiAuth {
  readonly token?: Secret | undefined;
  readonly basic?: { readonly user: string; readonly password: Secret } | undefined;
}

/** Lets readers in by bearer token or basic credentials; with neither configured nobody but the machine itself is asked. */
export function readersOnly(auth: ApiAuth) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> =>
    mayRead(auth, request.headers.authorization ?? '') ? undefined : answerError(reply, 'unauthorized');
}

function mayRead({ token, basic }: ApiAuth, header: string): boolean {
  if (token === undefined && basic === undefined) return true;
  const [scheme = '', value = ''] = header.split(' ', 2);
  if (scheme.toLowerCase() === 'bearer') return token?.equals(value) ?? false;
  if (scheme.toLowerCase() !== 'basic') return false;
  const text = Buffer.from(value, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  const user = text.slice(0, colon);
  const password = text.slice(colon + 1);
  // A browser asks for both; the token also serves as a password, so that the page can be opened with it alone.
  if (basic !== undefined && user === basic.user && basic.password.equals(password)) return true;
  return token?.equals(password) ?? false;
}
