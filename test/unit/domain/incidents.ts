import type { IncidentEvent } from '../../../src/domain/event.ts';
import type { Incident, IncidentState } from '../../../src/domain/incident.ts';

export const NOW = 1_768_816_800_000;

export const STATES: readonly IncidentState[] = [
  'received',
  'observing',
  'held',
  'approving',
  'running',
  'verifying',
  'escalated',
  'healed',
  'ignored',
  'closed',
];

/** An incident as it stands a minute after it was opened, in the state that is asked for. */
export function incident(state: IncidentState, more: Partial<Incident> = {}): Incident {
  const ended = state === 'healed' || state === 'ignored' || state === 'closed';
  const hasRun = state === 'running' || state === 'verifying';
  return {
    id: 'inc-1',
    rule: 'thing-broken',
    target: { kind: 'thing', id: 'cup' },
    severity: 'high',
    state,
    reason: 'opened',
    openedAt: NOW - 60_000,
    updatedAt: NOW - 60_000,
    endedAt: ended ? NOW - 1 : null,
    deadlineAt: ended || state === 'escalated' ? null : NOW + 840_000,
    pagesInParallel: false,
    firing: !ended,
    attempt: 0,
    tries: hasRun ? 1 : 0,
    runId: hasRun ? 'run-1' : null,
    approvalId: state === 'approving' ? 'apr-1' : null,
    askAt: state === 'held' || state === 'approving' ? NOW + 5_000 : null,
    pagedAt: state === 'escalated' ? NOW - 30_000 : null,
    ackedBy: null,
    ackedAt: null,
    recurrenceOf: null,
    coveredBy: null,
    blind: 0,
    version: 3,
    ...more,
  };
}

/** One event of each kind, and each outcome of those that have several. */
export const EVENTS = {
  attached: { type: 'attached', refired: false },
  'alerts-resolved': { type: 'alerts-resolved' },
  ignored: { type: 'ignored', reason: 'unmatched' },
  observed: { type: 'observed', runId: 'run-9' },
  'observed without run': { type: 'observed', runId: null },
  held: { type: 'held', reason: 'cooldown', until: NOW + 9_000 },
  asked: { type: 'asked', reason: 'propose-mode', approvalId: 'apr-9', expiresAt: NOW + 600_000 },
  admitted: { type: 'admitted', runId: 'run-9', remediation: 'things/mend', attempt: 0 },
  escalated: { type: 'escalated', reason: 'params-invalid' },
  'run applied': { type: 'run-ended', outcome: 'applied', reason: 'applied', more: false },
  'run noop': { type: 'run-ended', outcome: 'noop', reason: 'noop', more: false },
  'run stopped': { type: 'run-ended', outcome: 'stopped', reason: 'paused', more: false },
  'run failed': { type: 'run-ended', outcome: 'failed', reason: 'failed', more: false },
  'run failed, more': { type: 'run-ended', outcome: 'failed', reason: 'failed', more: true },
  'run unknown': { type: 'run-ended', outcome: 'unknown', reason: 'unknown', more: true },
  'run handed over': { type: 'run-ended', outcome: 'handed-over', reason: 'handed-over', more: true },
  'run waits': { type: 'run-waits', until: NOW + 9_000 },
  cleared: { type: 'run-cleared' },
  'verified held': { type: 'verified', outcome: 'held', more: true },
  'verified noop': { type: 'verified', outcome: 'noop', more: true },
  'verified ineffective': { type: 'verified', outcome: 'ineffective', more: false },
  'verified ineffective, more': { type: 'verified', outcome: 'ineffective', more: true },
  'verified recurred, more': { type: 'verified', outcome: 'recurred', more: true },
  'put off': { type: 'put-off', until: NOW + 1_800_000, by: 'inc-storm' },
  'verified worse': { type: 'verified', outcome: 'worse', more: true },
  deadline: { type: 'deadline-passed' },
  approved: { type: 'approved' },
  denied: { type: 'denied' },
  expired: { type: 'approval-expired' },
  acknowledged: { type: 'acknowledged', by: 'ana' },
  closed: { type: 'closed', by: 'ana' },
} as const satisfies Record<string, IncidentEvent>;

export type EventName = keyof typeof EVENTS;
