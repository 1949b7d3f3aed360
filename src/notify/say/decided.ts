import type { JsonObject } from '../../domain/json.ts';
import type { Reason } from '../../domain/reason.ts';
import type { IncidentView } from '../view.ts';
import { cleanLine, ended } from './clean.ts';

const ROOM = 400;

/** What stands behind a page that a decision made, for reasons whose word alone leaves the reader searching. */
const DETAILS: Readonly<Partial<Record<Reason, (data: JsonObject) => string | null>>> = {
  'ambiguous-rules': ({ rules }) =>
    Array.isArray(rules) ? `Rules of the same priority match the alert: ${rules.map(String).join(' and ')}` : null,
  'match-error': ({ why }) => (typeof why === 'string' ? `Matching the alert failed: ${why}` : null),
  'params-invalid': ({ remediation, why }) =>
    typeof why === 'string' ? `${String(remediation ?? 'The repair')} cannot be run with these labels: ${why}` : null,
  'remediation-missing': ({ remediation }) =>
    typeof remediation === 'string' ? `The rule names '${remediation}', which is not there` : null,
  'guards-blind': ({ guard, inARow, error }) =>
    typeof guard === 'string'
      ? `The guardrail '${guard}' could not see ${String(inARow)} times in a row${typeof error === 'string' ? `: ${error}` : ''}`
      : null,
};

/** The decision that called a person, with its names and numbers; null where the reason's own words say it all. */
export function decidedBecause({ incident, timeline }: Pick<IncidentView, 'incident' | 'timeline'>): string | null {
  const details = DETAILS[incident.reason];
  const entry = timeline.findLast(({ type, reason }) => type === 'escalated' && reason === incident.reason);
  const said = entry === undefined ? null : (details?.(entry.data) ?? null);
  return said === null ? null : ended(cleanLine(said, ROOM));
}
