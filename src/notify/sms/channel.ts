import type { Secret } from '../../config/secret.ts';
import { SEVERITIES, type Severity } from '../../domain/severity.ts';
import type { Millis } from '../../domain/time.ts';
import type { Channel } from '../channel.ts';
import { mayPass, retryAfter, whyFailed } from '../http-answer.ts';
import { callHttp } from '../http-call.ts';
import { type Fate, readPart, settleParts, stillOwed } from '../partly.ts';
import { fieldsOf, said } from '../said.ts';
import { cleanLine } from '../say/clean.ts';
import { isNumber, type SmsConfig } from './config.ts';
import { render } from './render.ts';

/**
 * Text messages through Twilio: pages only, each number by itself. Twilio knows no idempotency key, so a number whose
 * answer was lost may get a message twice; one that has been taken is remembered and never sent to again.
 */
export function smsChannel(config: SmsConfig, { timeout = 5_000 }: { readonly timeout?: Millis } = {}): Channel {
  return {
    name: 'sms',
    pages: true,
    severities: SEVERITIES.filter((severity) => config.to[severity] !== undefined),
    wants: ({ topic }) => topic === 'page',
    async send(message, { signal, ref, address = null, idempotencyKey }) {
      const { topic, incident } = message;
      // What was a page when it was owed may be over by now: nobody is woken for that.
      if (topic !== 'page' && topic !== 'ask') return { kind: 'sent', ref: {} };
      if (address !== null && !isNumber(address)) return { kind: 'rejected', why: `'${address}' is no phone number` };
      const all = address === null ? numbersFor(config, incident.severity) : [address];
      const before = readPart(ref, idempotencyKey);
      const body = render(message);
      const bound = AbortSignal.any([signal, AbortSignal.timeout(timeout)]);
      const fates = await Promise.all(
        stillOwed(all, before).map(async (to) => [to, await post(config, to, body, bound)] as const),
      );
      return settleParts(before, fates, {}, masked);
    },
  };
}

/** Those of the severity; where it has none, those of the gravest that has, because somebody wants them woken. */
function numbersFor({ to }: SmsConfig, severity: Severity): readonly string[] {
  const list = to[severity] ?? SEVERITIES.map((one) => to[one]).find((numbers) => numbers !== undefined);
  return [...new Set(list ?? [])];
}

async function post(config: SmsConfig, to: string, body: string, signal: AbortSignal): Promise<Fate> {
  const { account_sid, from, messaging_service_sid, url } = config;
  const { user, password } = login(config);
  const form = new URLSearchParams({ To: to, Body: body });
  if (messaging_service_sid === undefined) form.set('From', from ?? '');
  else form.set('MessagingServiceSid', messaging_service_sid);
  try {
    const answer = await callHttp(`${url.replace(/\/$/, '')}/2010-04-01/Accounts/${account_sid}/Messages.json`, {
      method: 'POST',
      headers: {
        authorization: `Basic ${Buffer.from(`${user}:${password.reveal()}`).toString('base64')}`,
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: form.toString(),
      signal,
    });
    const fields = fieldsOf(answer.text);
    if (answer.status === 201 && typeof fields?.sid === 'string') {
      const { sid, status } = fields;
      return { kind: 'taken', said: `Twilio took it as ${cleanLine(sid, 40)} (${cleanLine(String(status), 20)})` };
    }
    const why = `Twilio answered ${answer.status}${said(answer.text, [password]).replaceAll(to, masked(to))}`;
    if (!mayPass(answer.status)) return { kind: 'refused', why };
    return { kind: 'later', after: retryAfter(answer.header), why };
  } catch (error) {
    return { kind: 'later', after: null, why: `Twilio could not be reached: ${whyFailed(error)}` };
  }
}

function login({ account_sid, auth_token, api_key }: SmsConfig): { readonly user: string; readonly password: Secret } {
  if (api_key !== undefined) return { user: api_key.sid, password: api_key.secret };
  if (auth_token !== undefined) return { user: account_sid, password: auth_token };
  throw new Error('notify.sms has neither auth_token nor api_key');
}

/** Somebody's private number stands in no history. */
function masked(number: string): string {
  return `…${number.slice(-4)}`;
}
