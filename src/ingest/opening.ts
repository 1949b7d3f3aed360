import type { Alert, Target } from '../domain/alert.ts';
import type { Entry } from '../domain/event.ts';
import type { Incident } from '../domain/incident.ts';
import type { Severity } from '../domain/severity.ts';
import type { Millis, Time } from '../domain/time.ts';

/** What a new incident needs to know of the rule that opens it. */
export interface Opening {
  /** A rule's name, or one of the reserved ones: `unmatched`, `ambiguous`, `test`. */
  readonly rule: string;
  readonly target: Target;
  readonly severity: Severity;
  /** How long healing may take before a person is paged. Zero pages at once and heals in parallel. */
  readonly deadline: Millis;
}

/** Finds the opening for an alert. It must not throw: whatever cannot be matched opens as `unmatched` and reaches a person. */
export type Opener = (alert: Alert) => Opening;

/** The incident that an alert opens, its deadline armed from the first moment. */
export function openIncident(id: string, opening: Opening, recurrenceOf: string | null, now: Time): Incident {
  const { rule, target, severity, deadline } = opening;
  return {
    id,
    rule,
    target,
    severity,
    state: 'received',
    reason: 'opened',
    openedAt: now,
    updatedAt: now,
    endedAt: null,
    deadlineAt: now + deadline,
    pagesInParallel: deadline === 0,
    firing: true,
    attempt: 0,
    tries: 0,
    runId: null,
    approvalId: null,
    askAt: null,
    pagedAt: null,
    ackedBy: null,
    ackedAt: null,
    recurrenceOf,
    coveredBy: null,
    blind: 0,
    version: 1,
  };
}

/** The first line of an incident's history. */
export function openedEntry(alert: Alert, incident: Incident): Entry {
  const { source, fingerprint, name, note } = alert;
  const again = incident.recurrenceOf === null ? '' : `; it had been healed in ${incident.recurrenceOf}`;
  return {
    type: 'opened',
    reason: 'opened',
    summary: `${name} fires (${source})${again}${note === null ? '' : `; ${note}`}`,
    data: { source, fingerprint, name, deadlineAt: incident.deadlineAt, recurrenceOf: incident.recurrenceOf },
  };
}
