import type { Target } from '../../domain/alert.ts';
import { formatDuration } from '../../domain/duration.ts';
import type { Topic } from '../../domain/event.ts';
import type { Incident } from '../../domain/incident.ts';
import type { Reason } from '../../domain/reason.ts';
import type { IncidentView } from '../view.ts';
import { cleanLine } from './clean.ts';

/** What a page says of its cause, for somebody who has just been woken. Reasons that are not here get `PLAIN`. */
const CAUSES: Readonly<Partial<Record<Reason, string>>> = {
  deadline: 'it was not healed in time',
  failed: 'the automatic repair failed',
  'undo-failed': 'the repair failed half way and could not be put back',
  unknown: 'a repair was cut off, and it may or may not have taken effect',
  ineffective: 'the automatic repair did not help',
  recurred: 'it came back after the repair',
  'handed-over': 'the repair found that a person is needed',
  denied: 'the repair was denied',
  'approval-expired': 'nobody approved the repair in time',
  'no-remediation': 'there is no automatic repair for it',
  unmatched: 'no rule covers it',
  'ambiguous-rules': 'two rules claim it',
  'match-error': 'the rules could not be matched',
  'params-invalid': 'its labels do not fit the repair',
  'remediation-missing': 'its repair no longer exists',
};

const PLAIN = 'a person is needed';

/** One line that says how bad, what, where, and what it wants of the reader. */
export function headline(view: IncidentView, topic: Topic): string {
  const { incident } = view;
  const what = `${subject(view)} on ${place(incident.target)}`;
  const grade = incident.severity.toUpperCase();
  switch (topic) {
    case 'page':
      return `${grade}: ${what}: ${CAUSES[incident.reason] ?? PLAIN}`;
    case 'ask':
      return `${grade}: ${what}: may remedyd run ${view.approval?.remediation ?? 'the repair'}?`;
    case 'update':
      return `${what}: ${news(incident)}`;
    case 'end':
      return `${ending(incident)}: ${what}${lasted(incident)}`;
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

export function place({ kind, id }: Target): string {
  return `${cleanLine(kind, 40)} ${cleanLine(id, 100)}`;
}

/** @returns what a page gives as its cause, as half a sentence. */
export function cause(reason: Reason): string {
  return CAUSES[reason] ?? PLAIN;
}

function news(incident: Incident): string {
  if (incident.ackedBy !== null) return `${cleanLine(incident.ackedBy, 60)} has it`;
  switch (incident.state) {
    case 'received':
      return 'remedyd decides what to do';
    case 'observing':
      return 'remedyd only watches';
    case 'held':
      return 'remedyd waits';
    case 'approving':
      return 'waiting for approval';
    case 'running':
      return 'a repair is running';
    case 'verifying':
      return 'a repair ran, checking whether it helped';
    case 'escalated':
      return cause(incident.reason);
    case 'healed':
    case 'ignored':
    case 'closed':
      return ending(incident).toLowerCase();
  }
}

function ending(incident: Incident): string {
  if (incident.state === 'healed') return 'Healed';
  return incident.reason === 'closed-by-person' ? 'Closed by a person' : 'Over';
}

function lasted({ openedAt, endedAt }: Incident): string {
  return endedAt === null ? '' : ` after ${formatDuration(endedAt - openedAt)}`;
}
