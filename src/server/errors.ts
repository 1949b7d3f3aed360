import type { FastifyReply } from 'fastify';

/** Every error that the service answers with. docs/errors.md explains them; a test holds the two lists equal. */
export const ERRORS = {
  unauthorized: { status: 401, message: 'The credentials are missing or wrong.' },
  'not-found': { status: 404, message: 'There is nothing under this address.' },
  'bad-request': { status: 400, message: 'The request cannot be understood.' },
  'payload-too-large': { status: 413, message: 'The body is larger than server.body_limit allows.' },
  'cannot-commit': { status: 503, message: 'Nothing can be stored right now; send it again.' },
  'not-ready': { status: 503, message: 'Something that the service depends on is missing.' },
  stopping: { status: 503, message: 'The service is stopping; send it again.' },
  internal: { status: 500, message: 'The service failed; its log says why.' },
} as const satisfies Record<string, { readonly status: number; readonly message: string }>;

export type ErrorCode = keyof typeof ERRORS;

/** Answers with an error of the catalogue. `detail` adds what is particular; never a secret, senders log it. */
export function answerError(reply: FastifyReply, code: ErrorCode, detail?: string): FastifyReply {
  const { status, message } = ERRORS[code];
  if (code === 'cannot-commit' || code === 'stopping') void reply.header('retry-after', '5');
  if (code === 'unauthorized') void reply.header('www-authenticate', 'Bearer realm="remedyd", Basic realm="remedyd"');
  return reply.code(status).send({ error: { code, message: detail === undefined ? message : `${message} ${detail}` } });
}
