import { parseSeverity } from '../../domain/severity.ts';
import { fromIso, type Time } from '../../domain/time.ts';
import { fingerprintFrom } from './fingerprint.ts';
import { annotationsOf, field, isObject, labelsOf, textOf } from './json-fields.ts';
import { delivery, type Item, type Parsed, unknown } from './parsed.ts';
import { readStatus } from './status.ts';
import { own } from './test-marks.ts';

/**
 * Reads an application's own event, or a list of them:
 * `{"name", "status", "severity", "labels", "annotations", "startsAt", "endsAt", "fingerprint", "url", "test"}`, of which
 * only `name` is demanded. A resolve belongs to the event of the same name and labels. Never throws.
 */
export function parseEvent(body: unknown, now: Time): Parsed {
  if (!isObject(body) && !Array.isArray(body)) return unknown('the body is neither a JSON object nor a list of them');
  if (isObject(body) && Array.isArray(field(body, 'alerts'))) {
    return unknown(
      "the body has a list 'alerts'; a monitoring system posts to its own route, such as /webhooks/alertmanager",
    );
  }
  const items: readonly unknown[] = Array.isArray(body) ? body : [body];
  return delivery(
    items.map((item) => readEvent(item, now)),
    { truncated: 0, groupKey: null, receiver: null },
  );
}

function readEvent(item: unknown, now: Time): Item {
  if (!isObject(item)) return { fault: 'it is no JSON object' };
  const name = textOf(item, 'name');
  if (name === null) return { fault: "it has no 'name'" };
  const given = field(item, 'labels') ?? {};
  if (!isObject(given)) return { fault: "its 'labels' are no JSON object" };
  const labels = labelsOf(given);
  const endsAt = fromIso(field(item, 'endsAt'));
  const { status, note } = readStatus(field(item, 'status'), undefined, endsAt, now);
  const severity = textOf(item, 'severity') ?? own(labels, 'severity');
  return {
    source: 'event',
    // The name counts like the label that it would be at Prometheus.
    fingerprint: fingerprintFrom(textOf(item, 'fingerprint'), { ...labels, alertname: name }),
    status,
    name,
    labels,
    annotations: annotationsOf(field(item, 'annotations')),
    severity: parseSeverity(severity),
    startsAt: fromIso(field(item, 'startsAt')),
    endsAt: status === 'resolved' ? endsAt : null,
    generatorUrl: textOf(item, 'url') ?? textOf(item, 'generatorURL'),
    test: field(item, 'test') === true ? 'the event says "test": true' : null,
    note,
  };
}
