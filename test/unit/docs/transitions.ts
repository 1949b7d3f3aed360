import type { IncidentEvent } from '../../../src/domain/event.ts';
import { advance, hasEnded, type Incident, type IncidentState } from '../../../src/domain/incident.ts';

const STATES: Readonly<Record<IncidentState, true>> = {
  received: true,
  observing: true,
  held: true,
  approving: true,
  running: true,
  verifying: true,
  escalated: true,
  healed: true,
  ignored: true,
  closed: true,
};

export const states = Object.keys(STATES) as readonly IncidentState[];

export const openStates = states.filter((state) => !hasEnded({ state }));

const both = [true, false] as const;

/** Every event of every type, in every variant that could matter. */
const EVENTS: { readonly [T in IncidentEvent['type']]: readonly Extract<IncidentEvent, { type: T }>[] } = {
  attached: both.map((refired) => ({ type: 'attached', refired })),
  'alerts-resolved': [{ type: 'alerts-resolved' }],
  ignored: [{ type: 'ignored', reason: 'unmatched' }],
  observed: [
    { type: 'observed', runId: null },
    { type: 'observed', runId: 'run-1' },
  ],
  held: [{ type: 'held', reason: 'cooldown', until: 2 }],
  asked: [{ type: 'asked', reason: 'high-risk', approvalId: 'apr-1', expiresAt: 2 }],
  admitted: [{ type: 'admitted', runId: 'run-1', remediation: 'phones/reconnect', attempt: 0 }],
  escalated: [{ type: 'escalated', reason: 'unmatched' }],
  'run-ended': (['applied', 'noop', 'failed', 'unknown', 'stopped', 'handed-over'] as const).flatMap((outcome) =>
    both.map((more) => ({ type: 'run-ended' as const, outcome, reason: 'failed' as const, more })),
  ),
  'run-waits': [{ type: 'run-waits', until: 2 }],
  'run-cleared': [{ type: 'run-cleared' }],
  verified: (['held', 'recurred', 'ineffective', 'worse', 'noop'] as const).flatMap((outcome) =>
    both.map((more) => ({ type: 'verified' as const, outcome, more })),
  ),
  'put-off': [{ type: 'put-off', until: 3, by: 'inc-2' }],
  'deadline-passed': [{ type: 'deadline-passed' }],
  approved: [{ type: 'approved' }],
  denied: [{ type: 'denied' }],
  'approval-expired': [{ type: 'approval-expired' }],
  'plan-changed': [{ type: 'plan-changed' }],
  'trusted-again': [{ type: 'trusted-again' }],
  acknowledged: [{ type: 'acknowledged', by: 'anna' }],
  'ack-lapsed': [{ type: 'ack-lapsed' }],
  closed: [{ type: 'closed', by: 'anna' }],
};

export const eventTypes = Object.keys(EVENTS) as readonly IncidentEvent['type'][];

/** Every state that an event can lead to from this one, or `·` where it says nothing there. */
export function leadsTo(state: IncidentState, type: IncidentEvent['type']): string {
  const found = new Set<string>();
  for (const incident of variants(state)) {
    for (const event of EVENTS[type]) {
      const taken = type === 'ack-lapsed' ? { ackedBy: 'anna', ackedAt: 0 } : {};
      const step = advance({ ...incident, ...taken }, event, 1);
      if (step !== null) found.add(step.incident.state);
    }
  }
  return found.size === 0 ? '·' : states.filter((one) => found.has(one)).join(' / ');
}

/** One incident of the state for everything else that the map looks at. */
function variants(state: IncidentState): readonly Incident[] {
  return both.flatMap((firing) =>
    both.flatMap((paged) =>
      both.map(
        (parallel): Incident => ({
          id: 'inc-1',
          rule: 'phone-offline',
          target: { kind: 'phone', id: 'phone_07' },
          severity: 'high',
          state,
          reason: 'opened',
          openedAt: 0,
          updatedAt: 0,
          endedAt: null,
          deadlineAt: 2,
          pagesInParallel: parallel,
          firing,
          attempt: 0,
          tries: 1,
          runId: 'run-1',
          approvalId: 'apr-1',
          askAt: null,
          pagedAt: paged ? 0 : null,
          ackedBy: null,
          ackedAt: null,
          recurrenceOf: null,
          coveredBy: null,
          blind: 0,
          version: 1,
        }),
      ),
    ),
  );
}
