import type { Target } from '../../domain/alert.ts';
import { formatDuration } from '../../domain/duration.ts';
import type { Topic } from '../../domain/event.ts';
import type { Incident } from '../../domain/incident.ts';
import type { Reason } from '../../domain/reason.ts';
import type { IncidentView } from '../view.ts';
import { cleanLine, cut } from './clean.ts';
import { heldBack } from './held-back.ts';
import { toldByRun } from './told.ts';
import { answeredBy, closedBy } from './who.ts';

/** What a page says of its cause, for somebody who has just been woken. Reasons that are not here get `PLAIN`. */
const CAUSES: Readonly<Partial<Record<Reason, string>>> = {
  deadline: 'It was not healed in time',
  failed: 'The automatic repair failed',
  'undo-failed': 'The repair failed half way and could not be put back',
  unknown: 'A repair was cut off, and it may or may not have taken effect',
  ineffective: 'The automatic repair did not help',
  recurred: 'It came back after the repair',
  worse: 'Since the repair there are new alerts',
  'handed-over': 'The repair found that a person is needed',
  denied: 'The repair was denied',
  'approval-expired': 'Nobody approved the repair in time',
  'no-remediation': 'There is no automatic repair for it',
  unmatched: 'No rule covers it',
  'ambiguous-rules': 'Two rules claim it',
  'match-error': 'The rules could not be matched',
  'params-invalid': 'Its labels do not fit the repair',
  'remediation-missing': 'Its repair no longer exists',
  'guards-blind': 'Its guardrails cannot see, so no repair may start',
  'wait-requested': 'The repair has to wait',
  'plan-stale': 'The repair waited too long to be run unseen',
};

const PLAIN = 'A person is needed';

/** One line that says how bad, what, where, and what it wants of the reader. */
export function headline(view: IncidentView, topic: Topic): string {
  const { incident } = view;
  const what = `${subject(view)} on ${place(incident.target)}`;
  const grade = incident.severity.toUpperCase();
  switch (topic) {
    case 'page':
      // What remedyd says of itself is a sentence already; the name of its alert would only push it off the screen.
      return incident.reason === 'own-alert' ? `${grade}: ${matter(view)}.` : `${grade}: ${what}. ${call(view)}.`;
    case 'ask':
    case 'count':
      return `${grade}: ${what}. May remedyd run ${cleanLine(view.approval?.remediation ?? 'the repair', 100)}?`;
    case 'update':
      return `${what}. ${news(view)}.`;
    case 'end':
      return `${ending(view)}: ${what}${lasted(incident)}`;
  }
}

/** `phone:offline`, or `phone:offline and 3 more alerts`. */
export function subject({ incident, alerts }: IncidentView): string {
  const [first] = alerts;
  if (first === undefined) return cleanLine(incident.rule, 100);
  const name = cleanLine(first.name, 100);
  const others = alerts.filter((alert) => alert.name !== first.name).length;
  return others === 0 ? name : `${name} and ${others} more ${others === 1 ? 'alert' : 'alerts'}`;
}

/** `queue churn`, but `phone_07` and not `phone phone_07`. */
export function place({ kind, id }: Target): string {
  const name = cleanLine(id, 100);
  const sort = cleanLine(kind, 40);
  return name.toLowerCase().startsWith(sort.toLowerCase()) ? name : `${sort} ${name}`;
}

function cause(reason: Reason): string {
  return CAUSES[reason] ?? PLAIN;
}

/** Why somebody is called: what went wrong, or what is still under way. */
function call(view: IncidentView): string {
  const { state, pagesInParallel } = view.incident;
  if (state === 'escalated') return matter(view);
  return pagesInParallel ? news(view) : `It was not healed in time. ${news(view)}`;
}

/** A remediation that hands over has looked: what it found says more than that it did. */
function matter(view: IncidentView): string {
  const { reason } = view.incident;
  if (reason === 'own-alert') return firstSentence(view.alerts[0]?.annotations.summary ?? PLAIN);
  const answer = answeredBy(view);
  if (answer !== null) return cut(answer, 200);
  if (reason === 'approval-expired' && view.approval !== null)
    return `Nobody approved ${cleanLine(view.approval.remediation, 100)} in time`;
  const held = heldBack(view);
  if (held !== null) return cut(`${cause(reason)}, because ${held.says}`, 220);
  return reason === 'handed-over' ? (toldByRun(view)?.matter ?? cause(reason)) : cause(reason);
}

function news(view: IncidentView): string {
  const { incident } = view;
  if (incident.ackedBy !== null) return `${cleanLine(incident.ackedBy, 60)} has it`;
  switch (incident.state) {
    case 'received':
      return incident.reason === 'approved'
        ? 'It was approved; the guardrails are asked once more'
        : 'remedyd decides what to do';
    case 'observing':
      return 'remedyd only watches';
    case 'held':
      return 'remedyd waits';
    case 'approving':
      return 'Waiting for approval';
    case 'running':
      return 'A repair is running';
    case 'verifying':
      return 'A repair ran; it is being checked';
    case 'escalated':
      return matter(view);
    case 'healed':
    case 'ignored':
    case 'closed':
      return ending(view);
  }
}

function ending(view: IncidentView): string {
  const { state, reason } = view.incident;
  if (state === 'healed') return 'Healed';
  return reason === 'closed-by-person' ? `Closed by ${closedBy(view) ?? 'a person'}` : 'Over';
}

function firstSentence(text: string): string {
  const line = cleanLine(text, 1_000);
  const [, first = line] = /^(.*?[.!?]) \p{Lu}/u.exec(line) ?? [];
  return cut(first.replace(/\.$/, ''), 200);
}

function lasted({ openedAt, endedAt }: Incident): string {
  return endedAt === null ? '' : ` after ${formatDuration(endedAt - openedAt)}`;
}
