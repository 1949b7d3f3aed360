import { hasEnded, type Incident } from '../domain/incident.ts';
import type { Severity } from '../domain/severity.ts';
import type { Millis, Time } from '../domain/time.ts';
import type { ReportView } from './view.ts';

/** How the runbooks call how an incident stands. */
export type Standing = 'Active' | 'Mitigated' | 'Resolved';

/** What can be counted of an incident, every length in milliseconds from its opening; null is what has not happened. */
export interface Summary {
  /** `SEV2`. */
  readonly grade: string;
  readonly status: Standing;
  readonly openedAt: Time;
  readonly endedAt: Time | null;
  /** From the opening to the end, or until now. */
  readonly duration: Millis;
  readonly toFirstStep: Millis | null;
  readonly toPerson: Millis | null;
  readonly toAcknowledgement: Millis | null;
  /** Only what remedyd or a person healed and what then held. */
  readonly toHeal: Millis | null;
  /** Who had it, one after the other, each once. */
  readonly had: readonly string[];
}

const GRADES: Readonly<Record<Severity, number>> = { critical: 1, high: 2, medium: 3, low: 4 };

/** `1` for critical, and so on: the figure of SEV1 and P1. */
export function gradeOf(severity: Severity): number {
  return GRADES[severity];
}

/** Counts what the report begins with. Pure. */
export function summaryOf({ incident, runs, timeline }: ReportView, now: Time): Summary {
  const { openedAt, endedAt, pagedAt, state } = incident;
  const since = (at: Time | null | undefined): Millis | null => (at == null ? null : Math.max(0, at - openedAt));
  const begun = runs.flatMap(({ startedAt }) => startedAt ?? []);
  const taken = timeline.filter(({ type }) => type === 'acknowledged');
  return {
    grade: `SEV${gradeOf(incident.severity)}`,
    status: standingOf(incident),
    openedAt,
    endedAt,
    duration: Math.max(0, (endedAt ?? now) - openedAt),
    toFirstStep: since(begun.length === 0 ? null : Math.min(...begun)),
    toPerson: since(pagedAt),
    toAcknowledgement: since(taken[0]?.at ?? incident.ackedAt),
    toHeal: state === 'healed' ? since(endedAt) : null,
    had: [...new Set([...taken.flatMap(({ data }) => String(data.by ?? '')), incident.ackedBy ?? ''])].filter(Boolean),
  };
}

/** What is gone and not yet proved to stay away is mitigated. */
function standingOf(incident: Incident): Standing {
  if (hasEnded(incident)) return 'Resolved';
  return incident.firing ? 'Active' : 'Mitigated';
}
