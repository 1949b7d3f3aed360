import { createHash } from 'node:crypto';
import type { JsonObject } from '../../domain/json.ts';
import type { Millis } from '../../domain/time.ts';
import type { Channel } from '../channel.ts';
import type { Message } from '../message.ts';
import { readPart, settleParts, stillOwed } from '../partly.ts';
import { cleanLine } from '../say/clean.ts';
import { type EmailConfig, isAddress } from './config.ts';
import type { Post } from './letter.ts';
import { render } from './render.ts';
import { resendPost } from './resend.ts';
import { smtpPost } from './smtp.ts';

/**
 * Mail: pages, and the end of what was paged. Each message has an id of its own that stays the same for every attempt, so
 * that a mail that arrives twice is shown once; all messages of an incident refer to one that never was, so that mail
 * programs put them together whichever of them arrives.
 */
export function emailChannel(config: EmailConfig, { timeout = 10_000 }: { readonly timeout?: Millis } = {}): Channel {
  const post = postFor(config, timeout);
  return {
    name: 'email',
    pages: true,
    carriesFiles: true,
    wants: ({ topic, incident }) => topic === 'page' || (topic === 'end' && incident.paged),
    async send(message, { signal, ref, address = null, file = null, idempotencyKey }) {
      if (address !== null && !isAddress(address)) return { kind: 'rejected', why: `'${address}' is no mail address` };
      const all = address === null ? recipientsOf(config, message) : [address];
      const before = readPart(ref, idempotencyKey);
      const to = stillOwed(all, before);
      const messageId = idOf(config, idempotencyKey);
      const first = firstOf(ref);
      const fates = await post(
        {
          ...render(message),
          from: config.from,
          to,
          messageId,
          headers: headersFor(config, message, first),
          idempotencyKey: before.taken.length > 0 ? `${idempotencyKey}.${to.length}` : idempotencyKey,
          urgent: message.topic === 'page',
          file,
        },
        signal,
      );
      return settleParts(before, fates, { first: first ?? messageId }, (one) => one);
    },
    async notice({ title, lines }, signal) {
      const key = `news-${createHash('sha256')
        .update([title, ...lines].join('\n'))
        .digest('hex')
        .slice(0, 32)}`;
      const fates = await post(
        {
          subject: cleanLine(title, 200),
          text: `${lines.map((line) => cleanLine(line, 1_000)).join('\n')}\n`,
          from: config.from,
          to: config.to.low ?? config.to.default,
          messageId: idOf(config, key),
          headers: { 'Auto-Submitted': 'auto-generated' },
          idempotencyKey: key,
          urgent: false,
          file: null,
        },
        signal,
      );
      return settleParts(readPart(null, key), fates, {}, (one) => one);
    },
  };
}

function postFor({ smtp, resend }: EmailConfig, timeout: Millis): Post {
  if (smtp !== undefined) return smtpPost(smtp, timeout);
  if (resend !== undefined) return resendPost(resend, timeout);
  throw new Error('notify.email has neither smtp nor resend');
}

function recipientsOf({ to }: EmailConfig, { incident }: Message): readonly string[] {
  return [...new Set(to[incident.severity] ?? to.default)];
}

function headersFor(
  config: EmailConfig,
  { incident }: Message,
  first: string | null,
): Readonly<Record<string, string>> {
  const root = idOf(config, incident.id);
  return {
    // No holiday notes in answer, please.
    'Auto-Submitted': 'auto-generated',
    'X-Remedyd-Incident': word(incident.id),
    References: first === null ? root : `${root} ${first}`,
    ...(first === null ? {} : { 'In-Reply-To': first }),
  };
}

function idOf({ from }: EmailConfig, key: string): string {
  return `<${word(key)}@${from.slice(from.indexOf('@') + 1)}>`;
}

/** As much as fits into a header without any quoting. */
function word(text: string): string {
  return text.replace(/[^A-Za-z0-9.-]+/g, '-').slice(0, 150);
}

function firstOf(ref: JsonObject | null): string | null {
  const first = ref?.first;
  return typeof first === 'string' && /^<[A-Za-z0-9.@-]{3,400}>$/.test(first) ? first : null;
}
