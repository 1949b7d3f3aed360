import type { Topic } from '../domain/event.ts';
import { hasEnded, type Incident } from '../domain/incident.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import { REASONS } from '../domain/reason.ts';
import type { Time } from '../domain/time.ts';
import { runbookOf, statusOf } from './links.ts';
import type { IncidentFacts, Message } from './message.ts';
import { answeredFacts, approvalFacts } from './say/approval.ts';
import { alertFacts, broke } from './say/broke.ts';
import { cleanLine, ended, plain } from './say/clean.ts';
import { decidedBecause } from './say/decided.ts';
import { headline } from './say/headline.ts';
import { heldBack } from './say/held-back.ts';
import { next } from './say/next.ts';
import { nowAt } from './say/now.ts';
import { toldByRun } from './say/told.ts';
import { tried } from './say/tried.ts';
import { clockTime, clockTimes } from './say/when.ts';
import { answeredBy, closedBy } from './say/who.ts';
import type { IncidentView } from './view.ts';

const EVIDENCE = 30;
const HISTORY = 12;

/**
 * Says what is known of an incident to a person who may just have been woken: what broke, what was tried, what was
 * seen, what to do next. Pure. It is written when it is sent, from what is so by then, so its topic may be another than
 * the one that was owed. Nothing in the result holds a secret, a control character or more than a person reads.
 */
export function compose(view: IncidentView, owed: Topic, now: Time): Message {
  const { incident } = view;
  const { approval } = view;
  const isOpen = incident.state === 'approving' && approval?.decision === null;
  const topic = stillTrue(owed, incident);
  const runbook = runbookOf(view);
  const alerts = alertFacts(view.alerts);
  return {
    topic,
    at: now,
    incident: facts(view),
    headline: headline(view, topic),
    broke: broke(view, now),
    now: nowAt(view, now),
    why: whyOf(view, topic, now),
    alerts,
    moreAlerts: view.alerts.length - alerts.length,
    tried: view.runs.slice(-10).map((run) => tried(run, now)),
    seen: view.evidence.slice(-EVIDENCE).map((item) => {
      const data = plain(unwrapped(item.data), 600);
      return `${clockTime(item.at, now)} ${cleanLine(item.from, 100)}: ${data === '' ? 'nothing' : data}`;
    }),
    history: view.timeline
      .slice(-HISTORY)
      .map((entry) => `${clockTime(entry.at, now)} ${cleanLine(entry.summary, 300)}`),
    next: next(view, topic, runbook, now),
    notes: view.notes.slice(0, 5).map((note) => cleanLine(note, 300)),
    approval: isOpen ? approvalFacts(approval, now) : null,
    answered: isOpen || approval === null ? null : answeredFacts(approval, now),
    runbook,
    statusUrl: statusOf(view),
  };
}

function whyOf(view: IncidentView, topic: Topic, now: Time): string {
  const { pagesInParallel, state, reason } = view.incident;
  if (topic === 'page' && pagesInParallel && state !== 'escalated') return 'The rule tells a person at once.';
  if (reason === 'own-alert') return 'remedyd raised this alert itself.';
  const held = heldBack(view);
  if (held !== null) return `${REASONS[reason]} Nothing was done, because ${held.says} (${held.at}).`;
  const answer = answeredBy(view);
  if (answer !== null) return ended(answer);
  const by = closedBy(view);
  if (by !== null) return `${by} closed it.`;
  return decidedBecause(view) ?? clockTimes(toldByRun(view)?.whole ?? REASONS[reason], now);
}

/** A message may have waited for its channel: nobody is woken for what is over, or asked what has been answered. */
function stillTrue(owed: Topic, incident: Incident): Topic {
  if (hasEnded(incident)) return 'end';
  const asks = owed === 'ask' || owed === 'count';
  return asks && incident.state !== 'approving' ? 'update' : owed;
}

/** `result: …` says nothing that the step's name does not. */
function unwrapped(data: JsonObject): Json {
  return Object.keys(data).length === 1 && data.result !== undefined ? data.result : data;
}

function facts({ incident }: IncidentView): IncidentFacts {
  const { id, target, severity, state, reason, openedAt, endedAt } = incident;
  return {
    id,
    rule: cleanLine(incident.rule, 100),
    target: { kind: cleanLine(target.kind, 40), id: cleanLine(target.id, 200) },
    severity,
    state,
    reason,
    openedAt,
    endedAt,
    paged: incident.pagedAt !== null,
    ackedBy: incident.ackedBy === null ? null : cleanLine(incident.ackedBy, 60),
  };
}
