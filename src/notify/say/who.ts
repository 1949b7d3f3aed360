import type { IncidentView } from '../view.ts';
import { cleanLine } from './clean.ts';

/** Who approved or denied, where the answer is why the incident stands as it does; null where it is not, or nobody answered. */
export function answeredBy({ incident, approval }: Pick<IncidentView, 'incident' | 'approval'>): string | null {
  const { reason } = incident;
  if (approval === null || (reason !== 'approved' && reason !== 'denied')) return null;
  const wanted = reason === 'approved' ? 'approve' : 'deny';
  const given = approval.answers.filter(({ answer }) => answer === wanted);
  if (given.length === 0) return null;
  const names = given.map(({ name }) => cleanLine(name, 60)).join(' and ');
  const why = given.at(-1)?.why ?? null;
  return `${names} ${reason} ${cleanLine(approval.remediation, 100)}${why === null || why === '' ? '' : `: ${cleanLine(why, 300)}`}`;
}

/** Who closed an incident that a person has closed; null where nobody did, or nobody wrote it down. */
export function closedBy({ incident, timeline }: Pick<IncidentView, 'incident' | 'timeline'>): string | null {
  if (incident.reason !== 'closed-by-person') return null;
  const by = timeline.findLast(({ type }) => type === 'closed')?.data.by;
  return typeof by === 'string' ? cleanLine(by, 60) : null;
}
