import { readFileSync } from 'node:fs';
import type { Alert } from '../../../src/domain/alert.ts';
import { parseWebhook } from '../../../src/ingest/sources/parse.ts';
import type { Delivery, WebhookSource } from '../../../src/ingest/sources/parsed.ts';

export const NOW = Date.parse('2026-03-01T12:00:00Z');

export function fixture(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../../fixtures/webhooks/${name}.json`, import.meta.url), 'utf8'));
}

/** Reads a body that must be known. */
export function read(source: WebhookSource, body: unknown): Delivery {
  const parsed = parseWebhook(source, body, NOW);
  if (parsed.kind !== 'alerts') throw new Error(`Expected alerts, got unknown: ${parsed.reason}`);
  return parsed;
}

/** The one alert of a body that carries it in the format of Alertmanager. */
export function readOne(source: WebhookSource, alert: object, group: object = {}): Alert {
  const [only, more] = read(source, { alerts: [alert], ...group }).alerts;
  if (only === undefined || more !== undefined) throw new Error('Expected exactly one alert');
  return only;
}
