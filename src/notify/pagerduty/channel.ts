import { fetch } from 'undici';
import type { Secret } from '../../config/secret.ts';
import type { JsonObject } from '../../domain/json.ts';
import { SEVERITIES, type Severity } from '../../domain/severity.ts';
import type { Millis } from '../../domain/time.ts';
import type { Channel, Delivery } from '../channel.ts';
import { mayPass, retryAfter, whyFailed } from '../http-answer.ts';
import { beginning } from '../http-call.ts';
import { said } from '../said.ts';
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
  const channel: Channel = {
    name: 'pagerduty',
    pages: true,
    asks: false,
    wants: (message) => actionFor(message) !== null,
    async send(message, { signal, ref, address = null }) {
      const action = actionFor(message);
      // Once is enough: a second acknowledgement could silence PagerDuty after it had asked again.
      if (action === null || (action === 'acknowledge' && ref?.acknowledged === true)) return { kind: 'sent', ref };
      const service = serviceOf(ref) ?? message.incident.severity;
      const key = address === null ? keyFor(config, service) : config.services?.[address];
      if (key === undefined) return { kind: 'rejected', why: `notify.pagerduty.services has no '${address}'` };
      const event = { routing_key: key.reveal(), ...render(message, action, config.webhook_secrets.length > 0) };
      const delivery = await enqueue(config.url, key, event, AbortSignal.any([signal, AbortSignal.timeout(timeout)]));
      if (delivery.kind !== 'sent') return delivery;
      return { kind: 'sent', ref: { dedupKey: message.incident.id, service, acknowledged: action === 'acknowledge' } };
    },
    /** Opens an incident and resolves it at once, so that a test leaves nothing behind. */
    async test(message, ctx) {
      const opened = await channel.send({ ...message, topic: 'page' }, ctx);
      if (opened.kind !== 'sent') return opened;
      const ended = await channel.send({ ...message, topic: 'end' }, { ...ctx, ref: opened.ref });
      if (ended.kind !== 'sent') return ended;
      return { ...ended, said: `PagerDuty took an incident '${message.incident.id}' and its end` };
    },
  };
  return channel;
}

async function enqueue(url: string, key: Secret, event: JsonObject, signal: AbortSignal): Promise<Delivery> {
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
    const why = `PagerDuty answered ${status}${said(await beginning(answer.body, REFUSAL), [key])}`;
    if (!mayPass(status)) return { kind: 'rejected', why };
    return { kind: 'retry', after: retryAfter((name) => headers.get(name)), why };
  } catch (error) {
    return { kind: 'retry', after: null, why: `PagerDuty could not be reached: ${whyFailed(error)}` };
  }
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
