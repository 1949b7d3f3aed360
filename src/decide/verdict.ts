import type { Entry, IncidentEvent } from '../domain/event.ts';
import { newId } from '../domain/id.ts';
import type { Incident } from '../domain/incident.ts';
import type { JsonObject } from '../domain/json.ts';
import { REASONS, type Reason } from '../domain/reason.ts';
import type { Time } from '../domain/time.ts';
import { type Plan, planHash } from '../rules/plan.ts';
import type { Approval } from '../store/approvals.ts';
import type { NewRun } from '../store/runs.ts';

/** The verdict: one event for the map, and what has to be stored with it. */
export interface Verdict {
  readonly event: IncidentEvent;
  readonly entry: Entry;
  readonly run: NewRun | null;
  readonly approval: Approval | null;
}

export function hold(reason: Reason, until: Time, data: JsonObject): Verdict {
  return verdict({ type: 'held', reason, until }, reason, REASONS[reason], { ...data, until });
}

export function ignore(reason: Reason, data: JsonObject): Verdict {
  return verdict({ type: 'ignored', reason }, reason, REASONS[reason], data);
}

export function escalate(reason: Reason, data: JsonObject): Verdict {
  return verdict({ type: 'escalated', reason }, reason, REASONS[reason], data);
}

export function verdict(event: IncidentEvent, reason: Reason, summary: string, data: JsonObject): Verdict {
  return { event, entry: { type: event.type, reason, summary, data }, run: null, approval: null };
}

export function planData({ remediation, params, target }: Plan): JsonObject {
  return { remediation, params, target: { kind: target.kind, id: target.id } };
}

export function newRun(incident: Incident, plan: Plan, dry: boolean, now: Time): NewRun {
  const { id: incidentId, rule, attempt } = incident;
  const { remediation, params, target } = plan;
  return {
    id: newId('run', now),
    incidentId,
    rule,
    remediation,
    target,
    params,
    attempt,
    dry,
    planHash: planHash(plan),
    admittedAt: now,
  };
}
