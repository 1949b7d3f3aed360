import type { JsonObject } from '../../domain/json.ts';
import type { Severity } from '../../domain/severity.ts';
import { toIso } from '../../domain/time.ts';
import type { Message } from '../message.ts';
import { cut } from '../say/clean.ts';
import { place } from '../say/headline.ts';

export type Action = 'trigger' | 'acknowledge' | 'resolve';

const SEVERITY: Readonly<Record<Severity, string>> = {
  critical: 'critical',
  high: 'error',
  medium: 'warning',
  low: 'info',
};

/** PagerDuty takes 512 KB; half of it is more than anybody scrolls through. */
const MOST_BYTES = 256 * 1024;

/**
 * What PagerDuty is to do for a message, or null for nothing: a page opens, the end resolves, and somebody who took
 * the incident elsewhere stops PagerDuty from climbing.
 */
export function actionFor({ topic, incident }: Pick<Message, 'topic' | 'incident'>): Action | null {
  if (topic === 'page') return 'trigger';
  if (topic === 'count') return null;
  if (!incident.paged) return null;
  if (topic === 'end') return 'resolve';
  return incident.ackedBy === null ? null : 'acknowledge';
}

/**
 * An event without its routing key. The incident's id is the key by which PagerDuty knows it again.
 *
 * @param heard whether we are told of what people do there; then who acknowledges there needs no command
 */
export function render(message: Message, action: Action, heard = false): JsonObject {
  const base = { event_action: action, dedup_key: message.incident.id };
  if (action !== 'trigger') return base;
  const { incident, headline, statusUrl, runbook } = message;
  const links = [
    ...(runbook !== null && /^https?:/.test(runbook) ? [{ href: runbook, text: 'Runbook' }] : []),
    ...(statusUrl === null ? [] : [{ href: statusUrl, text: 'Everything about it' }]),
  ];
  return {
    ...base,
    payload: {
      summary: cut(headline, 1_024),
      source: place(incident.target),
      severity: SEVERITY[incident.severity],
      timestamp: toIso(incident.openedAt),
      component: incident.target.id,
      group: incident.target.kind,
      class: incident.rule,
      custom_details: details(heard ? { ...message, next: message.next.map((line) => step(line, message)) } : message),
    },
    ...(links.length === 0 ? {} : { links }),
    client: 'remedyd',
    ...(statusUrl === null ? {} : { client_url: statusUrl }),
  };
}

function step(line: string, { incident }: Message): string {
  const isAck = line.endsWith(`remedyd ack ${incident.id}`);
  return isAck ? 'Acknowledge it here, so that nobody else is woken.' : line;
}

/** In the order in which PagerDuty shows it. Where it is too much, the machines' words give way first. */
function details(message: Message): JsonObject {
  const { notes, broke, now, why, next, tried, seen, history, runbook, incident } = message;
  const words: JsonObject = {
    ...(notes.length === 0 ? {} : { note: notes }),
    what_broke: broke,
    now,
    why,
    what_to_do_next: next,
    runbook: runbook ?? 'none',
    incident: incident.id,
    rule: incident.rule,
  };
  const machines: JsonObject = {
    what_was_tried: tried.length === 0 ? 'nothing' : tried.map(({ line, steps }) => ({ run: line, steps })),
    what_was_seen: seen,
    what_happened: history,
    alerts: message.alerts.map(({ name, status, labels, annotations }) => ({ name, status, labels, annotations })),
    more_alerts: message.moreAlerts,
  };
  const all = { ...words, ...machines };
  if (bytes(all) <= MOST_BYTES) return all;
  const kept = Object.entries(machines).filter(([, value]) => bytes(value) <= MOST_BYTES / 8);
  const left = Object.keys(machines).filter((name) => !kept.some(([known]) => known === name));
  const short = { ...words, ...Object.fromEntries(kept), left_out_for_its_size: left };
  if (bytes(short) <= MOST_BYTES) return short;
  return { what_broke: cut(broke.join(' '), 4_000), now: cut(now, 1_000), incident: incident.id };
}

function bytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}
