import type { Target } from './alert.ts';
import type { IncidentEvent, Owed, RunEnd, Topic } from './event.ts';
import { isBlind, type Reason } from './reason.ts';
import type { Severity } from './severity.ts';
import type { Millis, Time } from './time.ts';

/**
 * The map of remedyd: every state of an incident and every way between them.
 *
 *   received ─▶ ignored                           a test, or nothing to do with us
 *            ─▶ observing ─▶ closed               we only watch whether it clears by itself
 *            ─▶ held ─▶ (asked again)             a guardrail said no, for now
 *            ─▶ approving ─▶ running | escalated  a person decides
 *            ─▶ running ─▶ verifying ─▶ healed    acted, and the world really got better
 *                      └────────────┴─▶ received  did not help: the next remediation of the rule
 *            ─▶ escalated ─▶ healed | closed      a person has it
 */
export type IncidentState =
  | 'received'
  | 'observing'
  | 'held'
  | 'approving'
  | 'running'
  | 'verifying'
  | 'escalated'
  | 'healed'
  | 'ignored'
  | 'closed';

/** One open problem: one rule on one target. */
export interface Incident {
  readonly id: string;
  readonly rule: string;
  readonly target: Target;
  readonly severity: Severity;
  readonly state: IncidentState;
  /** Why it is in this state. */
  readonly reason: Reason;
  readonly openedAt: Time;
  readonly updatedAt: Time;
  readonly endedAt: Time | null;
  /** When a person is paged unless it is healed by then; null once that is struck or was done. */
  readonly deadlineAt: Time | null;
  /** The rule pages at once and heals in parallel, so the page does not end the healing. */
  readonly pagesInParallel: boolean;
  /** Whether at least one attached alert fires, as far as the sources told. */
  readonly firing: boolean;
  /** Index in the rule's `do` of the remediation that runs or is next. */
  readonly attempt: number;
  /** Runs begun so far; the backoff grows with it. */
  readonly tries: number;
  readonly runId: string | null;
  readonly approvalId: string | null;
  /** When a held incident is asked again, or an approval expires. */
  readonly askAt: Time | null;
  readonly pagedAt: Time | null;
  readonly ackedBy: string | null;
  readonly ackedAt: Time | null;
  /** The incident of the same rule and target that had been healed shortly before, if any. */
  readonly recurrenceOf: string | null;
  /** The incident whose page stands for this one's for now (a storm's), if any. */
  readonly coveredBy: string | null;
  /** How often in a row guardrails could not see, since anything else was decided. */
  readonly blind: number;
  /** Grows with every change; whoever writes with an old one is refused. */
  readonly version: number;
}

export interface Step {
  readonly incident: Incident;
  readonly owed: readonly Owed[];
}

const ENDED: readonly IncidentState[] = ['healed', 'ignored', 'closed'];

/** A remediation that asks to wait for what is over already would otherwise be run again and again without a pause. */
const SOONEST: Millis = 10_000;

export function hasEnded(incident: Pick<Incident, 'state'>): boolean {
  return ENDED.includes(incident.state);
}

/**
 * Where an event takes an incident, and what is owed then. Pure: no I/O, no clock but `now`, no randomness.
 *
 * @returns null where the event says nothing in this state (a late wake-up, a second click): nothing is to be written.
 */
export function advance(incident: Incident, event: IncidentEvent, now: Time): Step | null {
  if (hasEnded(incident)) return null;
  const { state } = incident;
  const undecided = state === 'received' || state === 'held';
  // Once a person has been woken because healing took too long, no further attempt starts behind their back.
  const theirs = incident.pagedAt !== null && !incident.pagesInParallel;

  switch (event.type) {
    case 'attached':
      return to({ firing: true, reason: event.refired ? 'refired' : incident.reason });
    case 'alerts-resolved':
      // A run that is half done finishes, and its verification says what came of it.
      if (state === 'running' || state === 'verifying') return to({ firing: false });
      return end('closed', state === 'escalated' || incident.tries > 0 ? 'source-resolved' : 'cleared-by-itself');

    case 'ignored':
      // A held one too: the rule that held it may be gone, and then nothing else would ever be decided about it.
      return undecided
        ? to({ state: 'ignored', reason: event.reason, askAt: null, endedAt: now, deadlineAt: null })
        : null;
    case 'observed':
      if (!undecided) return null;
      return to(
        { state: 'observing', reason: 'observe-mode', runId: event.runId, askAt: null },
        ...(event.runId === null ? [] : [execute(event.runId)]),
      );
    case 'held':
      return undecided ? wait(event.reason, event.until) : null;
    case 'asked':
      if (!undecided) return null;
      return to(
        { state: 'approving', reason: event.reason, approvalId: event.approvalId, askAt: event.expiresAt },
        tell('ask'),
        { kind: 'count', dueAt: now + Math.floor((event.expiresAt - now) / 2), approvalId: event.approvalId },
        { kind: 'expire', dueAt: event.expiresAt, approvalId: event.approvalId },
      );
    case 'admitted': {
      if (!undecided) return null;
      const { runId, attempt } = event;
      return to(
        { state: 'running', reason: 'admitted', runId, attempt, tries: incident.tries + 1, askAt: null, blind: 0 },
        execute(runId),
      );
    }
    case 'escalated':
      return undecided ? escalate(event.reason) : null;

    case 'run-waits':
      if (state !== 'running') return null;
      return theirs ? escalate('wait-requested') : wait('wait-requested', Math.max(event.until, now + SOONEST));
    case 'run-ended':
      return state === 'running' ? afterRun(event.outcome, event.reason, event.more) : null;
    case 'run-cleared':
      return state === 'verifying' ? to({ reason: 'cleared' }) : null;
    case 'verified':
      if (state !== 'verifying') return null;
      if (event.outcome === 'held') return end('healed', 'held');
      if (event.outcome === 'noop') return end('closed', 'cleared-by-itself');
      // Whatever comes next could make it worse still.
      if (event.outcome === 'worse') return escalate('worse');
      return notBetter(event.outcome, event.more);

    case 'put-off':
      // Never sooner than it was, and never what a person has been told or has taken over.
      if (incident.deadlineAt === null || incident.ackedAt !== null) return null;
      return postpone(Math.max(event.until, incident.deadlineAt), event.by);
    case 'deadline-passed':
      if (incident.deadlineAt === null || incident.ackedAt !== null) return null;
      // What is under way goes on while the person wakes up; what only waits is theirs from now on.
      if (incident.pagesInParallel || state === 'running' || state === 'verifying' || state === 'observing') {
        return to({ deadlineAt: null, pagedAt: incident.pagedAt ?? now }, page());
      }
      return escalate('deadline');

    case 'approved':
      // The guardrails are asked once more; meanwhile the question shows who said yes.
      return state === 'approving' ? decideAgain('approved', incident.attempt, tell('update')) : null;
    case 'plan-changed':
    case 'trusted-again':
      // Where nobody may be asked anew, the old question says so where it stands.
      return state === 'approving' ? decideAgain(event.type, incident.attempt, tell('update')) : null;
    case 'denied':
      return state === 'approving' ? escalate('denied') : null;
    case 'approval-expired':
      return state === 'approving' ? escalate('approval-expired') : null;
    case 'acknowledged':
      return to({ ackedBy: event.by, ackedAt: now, deadlineAt: null }, tell('update'));
    case 'ack-lapsed': {
      if (incident.ackedAt === null) return null;
      // Nobody was paged so far: what the acknowledgement had struck is due now.
      const owed: readonly Owed[] = incident.pagedAt === null ? [{ kind: 'deadline', dueAt: now }] : [];
      const deadlineAt = incident.pagedAt === null ? now : null;
      return to({ ackedBy: null, ackedAt: null, deadlineAt }, ...owed);
    }
    case 'closed':
      // Closing under a running step would leave the target half changed with nobody watching.
      return state === 'running' ? null : end('closed', 'closed-by-person');
  }

  function to(change: Partial<Incident>, ...owed: readonly Owed[]): Step {
    return { incident: { ...incident, ...change, updatedAt: now, version: incident.version + 1 }, owed };
  }
  function execute(runId: string): Owed {
    return { kind: 'execute', dueAt: now, runId };
  }
  function tell(topic: Topic): Owed {
    return { kind: 'tell', dueAt: now, topic };
  }
  /** Nobody is woken twice for one incident; a second cause is news for those who are awake. */
  function page(): Owed {
    return tell(incident.pagedAt === null ? 'page' : 'update');
  }
  function end(to_: 'healed' | 'closed', reason: Reason): Step {
    const firing = to_ === 'healed' ? false : incident.firing && reason === 'closed-by-person';
    return to({ state: to_, reason, firing, endedAt: now, deadlineAt: null, askAt: null }, tell('end'));
  }
  function escalate(reason: Reason): Step {
    return to({ state: 'escalated', reason, deadlineAt: null, askAt: null, pagedAt: incident.pagedAt ?? now }, page());
  }
  function wait(reason: Reason, until: Time): Step {
    const blind = isBlind(reason) ? incident.blind + 1 : 0;
    return to({ state: 'held', reason, askAt: until, runId: null, blind }, { kind: 'decide', dueAt: until });
  }
  function postpone(until: Time, by: string | null): Step {
    return to({ deadlineAt: until, coveredBy: by }, { kind: 'deadline', dueAt: until });
  }
  function decideAgain(reason: Reason, attempt: number, ...also: readonly Owed[]): Step {
    const isVoid = attempt !== incident.attempt || reason === 'plan-changed' || reason === 'trusted-again';
    const approvalId = isVoid ? null : incident.approvalId;
    return to(
      { state: 'received', reason, attempt, approvalId, runId: null, askAt: null },
      { kind: 'decide', dueAt: now },
      ...also,
    );
  }
  function notBetter(reason: Reason, more: boolean): Step {
    // Without an alert no step may change anything any more, so a sick world is for a person.
    const tryNext = more && incident.firing && !theirs;
    return tryNext ? decideAgain(reason, incident.attempt + 1) : escalate(reason);
  }
  function afterRun(outcome: RunEnd, reason: Reason, more: boolean): Step {
    switch (outcome) {
      case 'applied':
      case 'noop':
        return to({ state: 'verifying', reason }, ...(incident.runId === null ? [] : [verify(incident.runId)]));
      case 'stopped':
        // Nothing was changed: if the alert is gone that is the end, else the guardrails say when to try again.
        if (!incident.firing) return end('closed', 'cleared-by-itself');
        return theirs ? escalate(reason) : decideAgain(reason, incident.attempt);
      case 'failed':
        // Everything was put back. Without an alert there is nothing left to wake anybody for; the end is still told.
        return incident.firing ? notBetter(reason, more) : end('closed', 'source-resolved');
      case 'unknown':
      case 'handed-over':
        return escalate(reason);
    }
  }
  function verify(runId: string): Owed {
    return { kind: 'verify', dueAt: now, runId };
  }
}
