import type { Alert } from '../domain/alert.ts';
import { newId } from '../domain/id.ts';
import type { Clock, Millis } from '../domain/time.ts';
import type { Log } from '../observe/log.ts';
import type { Metrics } from '../observe/metrics.ts';
import type { Arrival, Receipt } from './commit.ts';
import type { SourceApi } from './source-api.ts';
import { parseWebhook } from './sources/parse.ts';
import type { WebhookSource } from './sources/parsed.ts';

export interface ReceiveParts {
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Durable when it resolves. */
  store(arrival: Arrival): Promise<Receipt>;
  /** Where to fetch what a sender cut off, by source. */
  readonly apis: Readonly<Partial<Record<WebhookSource, SourceApi>>>;
  readonly fetchTimeout: Millis;
}

export interface Received {
  readonly accepted: number;
  readonly rejected: number;
}

/** Takes one webhook in. Resolves when everything in it is stored. @throws where it cannot be stored now. */
export async function receive(parts: ReceiveParts, source: WebhookSource, bytes: Buffer): Promise<Received> {
  const { clock, metrics } = parts;
  const receivedAt = clock.now();
  const body = storable(bytes.toString('utf8'));
  const parsed = parseWebhook(source, parseJson(body), receivedAt);
  const webhook = { id: newId('wh', receivedAt), receivedAt, source, body };
  if (parsed.kind === 'unknown') {
    await parts.store({ webhook: { ...webhook, alerts: 0, rejected: parsed.reason, faults: [] }, alerts: [] });
    metrics.webhooks.inc({ source, outcome: 'rejected' });
    parts.log.warn(
      { source, webhook: webhook.id, why: parsed.reason },
      'a webhook was no known payload; kept for a person',
    );
    return { accepted: 0, rejected: 1 };
  }
  const api = parts.apis[source];
  const alerts = parsed.truncated > 0 && api === undefined ? withNote(parsed.alerts, parsed.truncated) : parsed.alerts;
  const faults = parsed.faults;
  const receipt = await parts.store({ webhook: { ...webhook, alerts: alerts.length, rejected: null, faults }, alerts });
  metrics.webhooks.inc({ source, outcome: 'accepted' });
  for (const meaning of receipt) metrics.alerts.inc({ source, meaning });
  if (parsed.truncated > 0 && api !== undefined) void fetchRest(parts, source, api, parsed.truncated);
  return { accepted: alerts.length, rejected: faults.length };
}

/** Alertmanager counts cut alerts as delivered and never sends them again, so they must be fetched. */
async function fetchRest(parts: ReceiveParts, source: WebhookSource, api: SourceApi, truncated: number): Promise<void> {
  const { clock, log } = parts;
  try {
    const alerts = await api.fetchFiring(AbortSignal.timeout(parts.fetchTimeout));
    const receivedAt = clock.now();
    const body = JSON.stringify({ fetched: alerts.length, because: `${truncated} alerts were cut off` });
    const webhook = { id: newId('wh', receivedAt), receivedAt, source, body };
    const receipt = await parts.store({
      webhook: { ...webhook, alerts: alerts.length, rejected: null, faults: [] },
      alerts,
    });
    for (const meaning of receipt) parts.metrics.alerts.inc({ source, meaning });
    log.info({ source, truncated, fetched: alerts.length }, 'fetched the alerts that the sender had cut off');
  } catch (error) {
    parts.metrics.webhooks.inc({ source, outcome: 'rest-not-fetched' });
    log.error({ err: error, source, truncated }, 'the alerts that the sender had cut off could not be fetched');
  }
}

function withNote(alerts: readonly Alert[], truncated: number): readonly Alert[] {
  const note = `the sender cut off ${truncated} more alerts of this group, and no API is configured to fetch them`;
  return alerts.map((alert) => ({ ...alert, note: alert.note === null ? note : `${alert.note}; ${note}` }));
}

function parseJson(text: string): unknown {
  // Half a surrogate pair, written as an escape, only shows after parsing; few bodies have such escapes at all.
  const mend = /\\u[dD][89a-fA-F]/.test(text)
    ? (_key: string, value: unknown) => (typeof value === 'string' ? value.toWellFormed() : value)
    : undefined;
  try {
    return JSON.parse(text, mend);
  } catch {
    return undefined;
  }
}

/** Postgres stores no zero bytes and no halves of surrogate pairs; one such character must not lose a whole delivery. */
function storable(text: string): string {
  return text
    .replaceAll('\0', '\uFFFD')
    .replaceAll(/\\u0000/g, '\\ufffd')
    .toWellFormed();
}
