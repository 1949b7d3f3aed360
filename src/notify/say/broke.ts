import type { Labels } from '../../domain/alert.ts';
import type { Time } from '../../domain/time.ts';
import type { AlertFacts } from '../message.ts';
import type { AlertView, IncidentView } from '../view.ts';
import { clean, cleanLine, ended } from './clean.ts';
import { place } from './headline.ts';
import { when } from './when.ts';

/** More alerts, labels or text than this helps nobody in a message; the status page has them all. */
const ALERTS = 20;
const LABELS = 30;
const LABEL = 300;
const ANNOTATION = 3_000;

/** Names under which rule authors put the sentence that says what is wrong. */
const SENTENCES = ['summary', 'description', 'message', 'title'];

/** What broke, in sentences, most important first. */
export function broke(view: IncidentView, now: Time): readonly string[] {
  const { incident, alerts, rule } = view;
  const firing = alerts.filter((alert) => alert.status === 'firing');
  const first = firing[0] ?? alerts[0];
  return [
    ended(clean(sentence(first) ?? `${first?.name ?? incident.rule} on ${place(incident.target)}`, 1_500)),
    ...(rule?.description == null ? [] : [ended(cleanLine(rule.description, 500))]),
    count(alerts.length, firing.length, first?.startsAt ?? incident.openedAt, now),
    ...(incident.recurrenceOf === null
      ? []
      : [`It came back: ${incident.recurrenceOf} was the same trouble and had been healed shortly before.`]),
  ];
}

/** Alerts as a message carries them: cleaned, and only as many as a person reads. */
export function alertFacts(alerts: readonly AlertView[]): readonly AlertFacts[] {
  return alerts.slice(0, ALERTS).map((alert) => ({
    source: alert.source,
    name: cleanLine(alert.name, 200),
    status: alert.status,
    labels: pairs(withoutName(alert), LABEL),
    moreLabels: Math.max(0, Object.keys(withoutName(alert)).length - LABELS),
    annotations: pairs(alert.annotations, ANNOTATION),
    startsAt: alert.startsAt,
  }));
}

/** The name stands in front of the labels already. */
function withoutName({ name, labels }: AlertView): Labels {
  if (labels.alertname !== name) return labels;
  const { alertname: _, ...others } = labels;
  return others;
}

function pairs(all: Labels, max: number): Labels {
  const some = Object.entries(all).slice(0, LABELS);
  // The name goes along, so that a label `api_key` is known as a secret by it.
  return Object.fromEntries(some.map(([name, value]) => [cleanLine(name, 100), cleanValue(name, value, max)]));
}

function cleanValue(name: string, value: string, max: number): string {
  const prefix = `${cleanLine(name, 100)}=`;
  const both = clean(`${prefix}${value}`, max + prefix.length);
  return both.startsWith(prefix) ? both.slice(prefix.length) : clean(value, max);
}

function sentence(alert: AlertView | undefined): string | undefined {
  const name = SENTENCES.find((key) => alert?.annotations[key]?.trim());
  return name === undefined ? undefined : alert?.annotations[name];
}

function count(all: number, firing: number, since: Time, now: Time): string {
  if (all === 0) return `Since ${when(since, now)}.`;
  if (firing === 0) return all === 1 ? 'The alert no longer fires.' : `None of its ${all} alerts fires any more.`;
  const which = all === 1 ? 'It has' : `${firing} of ${all} alerts ${firing === 1 ? 'has' : 'have'}`;
  return `${which} been firing since ${when(since, now)}.`;
}
