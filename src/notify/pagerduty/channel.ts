import { fetch } from 'undici';
import type { Secret } from '../../config/secret.ts';
import type { JsonObject } from '../../domain/json.ts';
import { SEVERITIES, type Severity } from '../../domain/severity.ts';
import type { Millis } from '../../domain/time.ts';
import type { Channel, Delivery } from '../channel.ts';
import { mayPass, retryAfter, whyFailed } from '../http-answer.ts';
import { cleanLine } from '../say/clean.ts';
import type { PagerdutyConfig } from './config.ts';
import { actionFor, render } from './render.ts';

/** As much of a refusal as is read. */
const REFUSAL = 2_000;

/**
 * PagerDuty's Events API v2. The incident's id is its key there, so that an event may be sent twice and an incident is
 * still one. Only what wakes somebody, and what ends that, goes there.
 */
export function pagerdutyChannel(
  config: PagerdutyConfig,
  { timeout = 5_000 }: { readonly timeout?: Millis } = {},
): Channel {
  return {
    name: 'pagerduty',
    pages: true,
    wants: (message) => actionFor(message) !== null,
    async send(message, { signal, ref, address = null }) {
      const action = actionFor(message);
      // Once is enough: a second acknowledgement could silence PagerDuty after it had asked again.
      if (action === null || (action === 'acknowledge' && ref?.acknowledged === true)) return { kind: 'sent', ref };
      const service = serviceOf(ref) ?? message.incident.severity;
      const key = address === null ? keyFor(config, service) : config.services?.[address];
      if (key === undefined) return { kind: 'rejected', why: `notify.pagerduty.services has no '${address}'` };
      const event = { routing_key: key.reveal(), ...render(message, action) };
      const delivery = await enqueue(config.url, event, AbortSignal.any([signal, AbortSignal.timeout(timeout)]));
      if (delivery.kind !== 'sent') return delivery;
      return { kind: 'sent', ref: { dedupKey: message.incident.id, service, acknowledged: action === 'acknowledge' } };
    },
  };
}

async function enqueue(url: string, event: JsonObject, signal: AbortSignal): Promise<Delivery> {
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(event),
      redirect: 'manual',
      signal,
    });
    const { status, headers } = answer;
    if (status === 202) {
      await answer.body?.cancel();
      return { kind: 'sent', ref: null };
    }
    const why = `PagerDuty answered ${status}${said(await beginning(answer.body))}`;
    if (!mayPass(status)) return { kind: 'rejected', why };
    return { kind: 'retry', after: retryAfter((name) => headers.get(name)), why };
  } catch (error) {
    return { kind: 'retry', after: null, why: `PagerDuty could not be reached: ${whyFailed(error)}` };
  }
}

/** The first characters of a body, however long it is. */
async function beginning(body: AsyncIterable<Uint8Array> | null): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length >= REFUSAL) break;
  }
  return text.slice(0, REFUSAL);
}

/** A refusal names its causes in `errors`; anything else is shown as it came. */
function said(text: string): string {
  if (text.trim() === '') return '';
  try {
    const { message, errors } = JSON.parse(text) as { message?: unknown; errors?: unknown };
    const causes = [message, ...(Array.isArray(errors) ? errors : [])].filter((cause) => typeof cause === 'string');
    if (causes.length > 0) return `: ${cleanLine(causes.join('; '), 300)}`;
  } catch {
    // Not JSON: a proxy on the way, most likely.
  }
  return `: ${cleanLine(text, 100)}`;
}

/**
 * The severity by which the service was chosen at the page. An incident may have become graver since, and PagerDuty
 * drops in silence what comes for another service.
 */
function serviceOf(ref: JsonObject | null): Severity | null {
  return SEVERITIES.find((severity) => severity === ref?.service) ?? null;
}

function keyFor({ routing_key, routing_keys }: PagerdutyConfig, severity: Severity): Secret {
  return routing_keys[severity] ?? routing_key;
}
