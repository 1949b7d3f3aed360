import type { JsonObject } from './json.ts';
import type { Outcome } from './outcome.ts';
import type { Reason } from './reason.ts';
import type { Time } from './time.ts';

/** What the stages, the sources, time and people can tell the map. One stage answers with one of these. */
export type IncidentEvent =
  | { readonly type: 'attached'; readonly refired: boolean }
  | { readonly type: 'alerts-resolved' }
  | { readonly type: 'ignored'; readonly reason: Reason }
  | { readonly type: 'observed'; readonly runId: string | null }
  | { readonly type: 'held'; readonly reason: Reason; readonly until: Time }
  | { readonly type: 'asked'; readonly reason: Reason; readonly approvalId: string; readonly expiresAt: Time }
  | { readonly type: 'admitted'; readonly runId: string; readonly remediation: string; readonly attempt: number }
  | { readonly type: 'escalated'; readonly reason: Reason }
  | { readonly type: 'run-ended'; readonly outcome: RunEnd; readonly reason: Reason; readonly more: boolean }
  | { readonly type: 'run-waits'; readonly until: Time }
  | { readonly type: 'run-cleared' }
  | { readonly type: 'verified'; readonly outcome: Verified; readonly more: boolean }
  /** The deadline comes later: another incident's page stands for this one's, or a maintenance wants no pages. */
  | { readonly type: 'put-off'; readonly until: Time; readonly by: string | null }
  | { readonly type: 'deadline-passed' }
  | { readonly type: 'approved' }
  | { readonly type: 'denied' }
  | { readonly type: 'approval-expired' }
  | { readonly type: 'plan-changed' }
  /** What was asked only because the rule did not help of late need not be asked any more, says a person. */
  | { readonly type: 'trusted-again' }
  | { readonly type: 'acknowledged'; readonly by: string }
  | { readonly type: 'ack-lapsed' }
  | { readonly type: 'closed'; readonly by: string };

/** How the steps of a run can end. */
export type RunEnd = Extract<Outcome, 'applied' | 'noop' | 'failed' | 'unknown' | 'stopped'> | 'handed-over';

/** What verification can find. `noop` is a run that had nothing to do on a target that then proved healthy. */
export type Verified = Extract<Outcome, 'held' | 'recurred' | 'ineffective' | 'worse' | 'noop'>;

/** Work that a change of state owes the world. It is stored in the same transaction as the change. */
export type Owed =
  | { readonly kind: 'decide'; readonly dueAt: Time }
  | { readonly kind: 'deadline'; readonly dueAt: Time }
  | { readonly kind: 'execute'; readonly dueAt: Time; readonly runId: string }
  | { readonly kind: 'verify'; readonly dueAt: Time; readonly runId: string }
  | { readonly kind: 'expire'; readonly dueAt: Time; readonly approvalId: string }
  | { readonly kind: 'all-clear'; readonly dueAt: Time; readonly runId: string }
  | { readonly kind: 'count'; readonly dueAt: Time; readonly approvalId: string }
  | { readonly kind: 'tell'; readonly dueAt: Time; readonly topic: Topic };

/**
 * What people are told: a page that wakes somebody, a request for approval, news for an open thread, the end of it. `count` is
 * no news: it brings an open request up to date where it stands, with the time that is left and who has answered.
 */
export type Topic = 'page' | 'ask' | 'count' | 'update' | 'end';

/** One line of an incident's history. */
export interface Entry {
  readonly type: string;
  readonly reason: Reason | null;
  /** One sentence for people. */
  readonly summary: string;
  readonly data: JsonObject;
}
