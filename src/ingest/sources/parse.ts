import type { Time } from '../../domain/time.ts';
import { parseAlertmanager } from './alertmanager.ts';
import { parseEvent } from './event.ts';
import { parseGrafana } from './grafana.ts';
import { type Parsed, unknown, type WebhookSource } from './parsed.ts';
import { parseSignoz } from './signoz.ts';

const PARSERS: Readonly<Record<WebhookSource, (body: unknown, now: Time) => Parsed>> = {
  alertmanager: parseAlertmanager,
  signoz: parseSignoz,
  grafana: parseGrafana,
  event: parseEvent,
};

/**
 * Reads the parsed JSON body of a webhook. Never throws: what cannot be read is `unknown`, with the reason, because a
 * sender that is answered with an error sends the same body for ever.
 */
export function parseWebhook(source: WebhookSource, body: unknown, now: Time): Parsed {
  try {
    return PARSERS[source](body, now);
  } catch (error) {
    return unknown(`the body could not be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}
