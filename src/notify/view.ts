import type { Alert, Target } from '../domain/alert.ts';
import type { Entry } from '../domain/event.ts';
import type { Incident } from '../domain/incident.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { Time } from '../domain/time.ts';

/** Everything that is known of one incident, as a message needs it. The store fills it; nothing here is cleaned yet. */
export interface IncidentView {
  readonly incident: Incident;
  /** Null for an incident that no rule covers, or whose rule is gone. */
  readonly rule: RuleView | null;
  /** Firing ones first, then by age. */
  readonly alerts: readonly AlertView[];
  /** Oldest first. */
  readonly runs: readonly RunView[];
  /** Oldest first; the last dozen are enough. */
  readonly timeline: readonly TimelineView[];
  /** Oldest first. */
  readonly evidence: readonly EvidenceView[];
  /** The request for approval that was made last, whatever became of it. */
  readonly approval: ApprovalView | null;
  /** Where the status page is reachable for people, such as `https://remedyd.example.com`. */
  readonly statusBaseUrl: string | null;
  /** Where relative runbook paths of the rules can be read, such as `https://git.example.com/ops/blob/main`. */
  readonly runbookBaseUrl: string | null;
  /** When its post-mortem is due; null, or left out, where none is owed. */
  readonly postMortemDueAt?: Time | null;
  /** What the reader must know about this message, for example that another channel could not be reached. */
  readonly notes: readonly string[];
}

export interface RuleView {
  readonly description: string | null;
  readonly runbook: string | null;
}

export type AlertView = Pick<Alert, 'source' | 'status' | 'name' | 'labels' | 'annotations' | 'startsAt'>;

export interface RunView {
  readonly id: string;
  readonly remediation: string;
  /** What the remediation does, in its author's words; null where it no longer exists. */
  readonly summary: string | null;
  /** Null while it runs or is being verified. */
  readonly outcome: Outcome | null;
  /** Why its steps ended as they did, in words; null while they run, and where all is as it should be. */
  readonly why: string | null;
  readonly startedAt: Time | null;
  readonly endedAt: Time | null;
  readonly steps: readonly StepView[];
}

export interface StepView {
  readonly name: string;
  /** The last phase that the journal holds for it. `begun` in a run that has ended means that it was cut off. */
  readonly phase: 'begun' | 'ended' | 'failed' | 'told' | 'undo-begun' | 'undone' | 'undo-failed';
  /** What the step returned; null before its end, after a failure, or where it returns nothing. */
  readonly result: Json;
  readonly error: string | null;
}

export interface TimelineView extends Entry {
  readonly at: Time;
}

export interface EvidenceView {
  readonly at: Time;
  /** Where it comes from, such as `probe of phones/reconnect` or `diagnose`. */
  readonly from: string;
  readonly data: JsonObject;
}

export interface ApprovalView {
  readonly id: string;
  readonly remediation: string;
  readonly summary: string;
  readonly risk: string;
  readonly params: JsonObject;
  readonly target: Target | null;
  /** What every guardrail answered when it was asked, with its numbers. */
  readonly guards: readonly JsonObject[];
  /** Who may answer, by the group's name; null where nobody may. */
  readonly from: string | null;
  /** Who of the group is on call now, by name; null where it names no rotation. */
  readonly onCall: readonly string[] | null;
  readonly needs: number;
  readonly expiresAt: Time;
  /** Null while it is open. */
  readonly decision: 'approved' | 'denied' | 'expired' | 'void' | null;
  readonly decidedAt: Time | null;
  /** Oldest first. */
  readonly answers: readonly AnswerView[];
}

export interface AnswerView {
  readonly name: string;
  readonly answer: 'approve' | 'deny';
  readonly why: string | null;
  readonly at: Time;
}
