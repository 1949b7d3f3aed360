import type { Alert, Labels } from '../../domain/alert.ts';
import { fromIso, type Time } from '../../domain/time.ts';
import { fingerprintFrom } from './fingerprint.ts';
import { annotationsOf, countOf, field, isObject, labelsOf, type Stranger, textOf } from './json-fields.ts';
import { delivery, type Item, type Parsed, unknown, type WebhookSource } from './parsed.ts';
import { readStatus } from './status.ts';

/** What one alert looks like before its source has added what only that source knows. */
export interface Seen {
  readonly name: string;
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly fingerprint: string;
  readonly status: Alert['status'];
  readonly groupKey: string | null;
}

/** What a source adds to the common format. */
export type Reading = Pick<Alert, 'severity' | 'test' | 'note'>;

/**
 * Reads the body that Alertmanager made common: a group of alerts, firing and resolved ones mixed. Only `alerts[].labels`
 * is demanded, because every other field is missing in some sender's version. The group's own status and common labels
 * are not believed: they describe only the alerts that were not cut off.
 */
export function readGroup(source: WebhookSource, body: unknown, now: Time, read: (seen: Seen) => Reading): Parsed {
  if (!isObject(body)) return unknown('the body is no JSON object; a custom payload template may have replaced it');
  const list = field(body, 'alerts');
  if (!Array.isArray(list)) return unknown(`the body has no list 'alerts'${hint(body)}`);
  const groupKey = textOf(body, 'groupKey');
  const items = list.map((item: unknown): Item => readAlert(source, item, body, groupKey, now, read));
  return delivery(items, { truncated: countOf(body, 'truncatedAlerts'), groupKey, receiver: receiverOf(body) });
}

function readAlert(
  source: WebhookSource,
  item: unknown,
  group: Stranger,
  groupKey: string | null,
  now: Time,
  read: (seen: Seen) => Reading,
): Item {
  if (!isObject(item)) return { fault: 'it is no JSON object' };
  const given = field(item, 'labels');
  if (!isObject(given)) return { fault: "it has no 'labels'" };
  const labels = labelsOf(given);
  if (Object.keys(labels).length === 0) return { fault: "its 'labels' are empty" };

  const endsAt = fromIso(field(item, 'endsAt'));
  const { status, note } = readStatus(field(item, 'status'), field(group, 'status'), endsAt, now);
  const seen: Seen = {
    name: Object.hasOwn(labels, 'alertname') ? (labels.alertname ?? '') : '',
    labels,
    annotations: annotationsOf(field(item, 'annotations')),
    fingerprint: fingerprintFrom(textOf(item, 'fingerprint'), labels),
    status,
    groupKey,
  };
  const { name, annotations, fingerprint } = seen;
  const reading = read(seen);
  return {
    source,
    fingerprint,
    status,
    name,
    labels,
    annotations,
    severity: reading.severity,
    startsAt: fromIso(field(item, 'startsAt')),
    // A firing alert has no end yet: Alertmanager's API gives it a future one, its webhook the zero time.
    endsAt: status === 'resolved' ? endsAt : null,
    generatorUrl: textOf(item, 'generatorURL'),
    test: reading.test,
    note: reading.note ?? note,
  };
}

/** Alertmanager sends the receiver's name with its regular expression characters escaped. */
function receiverOf(body: Stranger): string | null {
  return textOf(body, 'receiver')?.replace(/\\([\\.+*?()|[\]{}^$])/g, '$1') ?? null;
}

function hint(body: Stranger): string {
  return typeof field(body, 'name') === 'string' ? '; an event of an application goes to /webhooks/event' : '';
}
