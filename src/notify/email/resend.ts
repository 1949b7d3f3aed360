import type { Millis } from '../../domain/time.ts';
import { mayPass, retryAfter, whyFailed } from '../http-answer.ts';
import { callHttp } from '../http-call.ts';
import type { Fate } from '../partly.ts';
import { fieldsOf, said } from '../said.ts';
import { cleanLine } from '../say/clean.ts';
import type { EmailConfig } from './config.ts';
import { forAll, type Letter, type Post } from './letter.ts';

type ResendConfig = NonNullable<EmailConfig['resend']>;

/** Limits that no waiting of ours helps against. */
const SPENT = new Set(['daily_quota_exceeded', 'monthly_quota_exceeded']);

/** Posts through Resend's HTTP API. It knows the key of a message for a day, so an attempt may be repeated. */
export function resendPost(config: ResendConfig, timeout: Millis): Post {
  return async (letter, signal) => {
    const { from, to, subject, text, headers, idempotencyKey, file } = letter;
    try {
      const answer = await callHttp(`${config.url.replace(/\/$/, '')}/emails`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${config.api_key.reveal()}`,
          'content-type': 'application/json',
          'idempotency-key': idempotencyKey.slice(0, 256),
        },
        body: JSON.stringify({ from, to, subject, text, headers: allHeaders(letter, headers), ...attached(file) }),
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeout)]),
      });
      return forAll(letter, fateOf(answer.status, answer.text, retryAfter(answer.header), config));
    } catch (error) {
      return forAll(letter, { kind: 'later', after: null, why: `Resend could not be reached: ${whyFailed(error)}` });
    }
  };
}

/** Resend wants the content in base64. */
function attached(file: Letter['file']) {
  if (file === null) return {};
  const content = Buffer.from(file.text, 'utf8').toString('base64');
  return { attachments: [{ filename: file.name, content, content_type: 'text/markdown' }] };
}

function allHeaders({ messageId, urgent }: Letter, headers: Letter['headers']): Readonly<Record<string, string>> {
  return {
    ...headers,
    'Message-ID': messageId,
    ...(urgent ? { 'X-Priority': '1 (Highest)', Importance: 'high' } : {}),
  };
}

function fateOf(status: number, text: string, after: Millis | null, { api_key }: ResendConfig): Fate {
  const fields = fieldsOf(text);
  const name = String(fields?.name ?? '');
  if (status === 200 && typeof fields?.id === 'string') {
    return { kind: 'taken', said: `Resend took it as ${cleanLine(fields.id, 60)}` };
  }
  const why = `Resend answered ${status}${said(text, [api_key])}`;
  // An earlier attempt was taken and its answer lost; since then the words have changed, such as how long ago it was.
  if (status === 409 && name === 'invalid_idempotent_request') {
    return { kind: 'taken', said: 'Resend had taken it before' };
  }
  if (status === 409 && name === 'concurrent_idempotent_requests') return { kind: 'later', after, why };
  if (SPENT.has(name)) return { kind: 'refused', why };
  return mayPass(status) ? { kind: 'later', after, why } : { kind: 'refused', why };
}
