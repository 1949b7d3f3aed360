import { field, isObject } from './json-fields.ts';
import type { WebhookSource } from './parsed.ts';

/** Whose payload a body looks like, for people who have one in a file and do not say. */
export function guessSource(body: unknown): WebhookSource {
  if (!isObject(body)) return 'event';
  const alerts = field(body, 'alerts');
  if (!Array.isArray(alerts)) return 'event';
  if (field(body, 'orgId') !== undefined || field(body, 'state') !== undefined) return 'grafana';
  const [first] = alerts as readonly unknown[];
  const labels = isObject(first) ? field(first, 'labels') : undefined;
  return isObject(labels) && field(labels, 'ruleSource') !== undefined ? 'signoz' : 'alertmanager';
}
