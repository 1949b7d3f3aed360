import { describe, expect, test } from 'vitest';
import { advance, hasEnded } from '../../../src/domain/incident.ts';
import { EVENTS, type EventName, incident, NOW, STATES } from './incidents.ts';

/**
 * Where each event takes each state: `state/reason owed…`, or `-` for an event that says nothing there. The ended states
 * have no column: nothing leads out of them.
 */
const TABLE: Readonly<Record<EventName, readonly [string, string, string, string, string, string, string]>> = {
  //                      received                    observing                   held                        approving                       running                     verifying                   escalated
  attached: [
    'received/opened',
    'observing/opened',
    'held/opened',
    'approving/opened',
    'running/opened',
    'verifying/opened',
    'escalated/opened',
  ],
  'alerts-resolved': [
    'closed/cleared-by-itself tell:end',
    'closed/cleared-by-itself tell:end',
    'closed/cleared-by-itself tell:end',
    'closed/cleared-by-itself tell:end',
    'running/opened',
    'verifying/opened',
    'closed/source-resolved tell:end',
  ],
  ignored: ['ignored/unmatched', '-', 'ignored/unmatched', '-', '-', '-', '-'],
  observed: ['observing/observe-mode execute', '-', 'observing/observe-mode execute', '-', '-', '-', '-'],
  'observed without run': ['observing/observe-mode', '-', 'observing/observe-mode', '-', '-', '-', '-'],
  held: ['held/cooldown decide', '-', 'held/cooldown decide', '-', '-', '-', '-'],
  asked: [
    'approving/propose-mode tell:ask count expire',
    '-',
    'approving/propose-mode tell:ask count expire',
    '-',
    '-',
    '-',
    '-',
  ],
  admitted: ['running/admitted execute', '-', 'running/admitted execute', '-', '-', '-', '-'],
  escalated: ['escalated/params-invalid tell:page', '-', 'escalated/params-invalid tell:page', '-', '-', '-', '-'],
  'run applied': ['-', '-', '-', '-', 'verifying/applied verify', '-', '-'],
  'run noop': ['-', '-', '-', '-', 'verifying/noop verify', '-', '-'],
  'run stopped': ['-', '-', '-', '-', 'received/paused decide', '-', '-'],
  'run failed': ['-', '-', '-', '-', 'escalated/failed tell:page', '-', '-'],
  'run failed, more': ['-', '-', '-', '-', 'received/failed decide', '-', '-'],
  'run unknown': ['-', '-', '-', '-', 'escalated/unknown tell:page', '-', '-'],
  'run handed over': ['-', '-', '-', '-', 'escalated/handed-over tell:page', '-', '-'],
  'run waits': ['-', '-', '-', '-', 'held/wait-requested decide', '-', '-'],
  cleared: ['-', '-', '-', '-', '-', 'verifying/cleared', '-'],
  'verified held': ['-', '-', '-', '-', '-', 'healed/held tell:end', '-'],
  'verified noop': ['-', '-', '-', '-', '-', 'closed/cleared-by-itself tell:end', '-'],
  'verified ineffective': ['-', '-', '-', '-', '-', 'escalated/ineffective tell:page', '-'],
  'verified ineffective, more': ['-', '-', '-', '-', '-', 'received/ineffective decide', '-'],
  'verified worse': ['-', '-', '-', '-', '-', 'escalated/worse tell:page', '-'],
  'verified recurred, more': ['-', '-', '-', '-', '-', 'received/recurred decide', '-'],
  'put off': [
    'received/opened deadline',
    'observing/opened deadline',
    'held/opened deadline',
    'approving/opened deadline',
    'running/opened deadline',
    'verifying/opened deadline',
    '-',
  ],
  deadline: [
    'escalated/deadline tell:page',
    'observing/opened tell:page',
    'escalated/deadline tell:page',
    'escalated/deadline tell:page',
    'running/opened tell:page',
    'verifying/opened tell:page',
    '-',
  ],
  approved: ['-', '-', '-', 'received/approved decide tell:update', '-', '-', '-'],
  denied: ['-', '-', '-', 'escalated/denied tell:page', '-', '-', '-'],
  expired: ['-', '-', '-', 'escalated/approval-expired tell:page', '-', '-', '-'],
  acknowledged: [
    'received/opened tell:update',
    'observing/opened tell:update',
    'held/opened tell:update',
    'approving/opened tell:update',
    'running/opened tell:update',
    'verifying/opened tell:update',
    'escalated/opened tell:update',
  ],
  closed: [
    'closed/closed-by-person tell:end',
    'closed/closed-by-person tell:end',
    'closed/closed-by-person tell:end',
    'closed/closed-by-person tell:end',
    '-',
    'closed/closed-by-person tell:end',
    'closed/closed-by-person tell:end',
  ],
};

const OPEN = STATES.slice(0, 7);

const cells = (Object.keys(TABLE) as EventName[]).flatMap((event) =>
  OPEN.map((state, i) => ({ event, state, expected: TABLE[event][i] ?? '' })),
);

test.each(cells)('$state and $event: $expected', ({ event, state, expected }) => {
  const before = incident(state);
  const step = advance(before, EVENTS[event], NOW);
  if (step === null) return expect('-').toBe(expected);
  const owed = step.owed.map((due) => (due.kind === 'tell' ? `tell:${due.topic}` : due.kind));
  expect([`${step.incident.state}/${step.incident.reason}`, ...owed].join(' ')).toBe(expected);
  expect(step.incident).toMatchObject({ version: before.version + 1, updatedAt: NOW });
  expect(step.incident.endedAt).toBe(hasEnded(step.incident) ? NOW : null);
});

test.each(STATES.slice(7))('%s is the end: nothing leads out of it', (state) => {
  for (const event of Object.values(EVENTS)) expect(advance(incident(state), event, NOW)).toBeNull();
});

describe('P2: the deadline is struck only by an end, a person or the page itself', () => {
  test.each(cells)('$state and $event', ({ event, state }) => {
    const before = incident(state);
    const after = advance(before, EVENTS[event], NOW)?.incident;
    if (after === undefined || before.deadlineAt === null || after.deadlineAt !== null) return;
    expect(hasEnded(after) || after.ackedAt !== null || after.pagedAt !== null).toBe(true);
  });

  test('a page in parallel does not end the healing', () => {
    for (const state of OPEN.slice(0, 6)) {
      const step = advance(incident(state, { pagesInParallel: true }), EVENTS.deadline, NOW);
      expect(step?.incident).toMatchObject({ state, pagedAt: NOW, deadlineAt: null });
      expect(step?.owed).toEqual([{ kind: 'tell', dueAt: NOW, topic: 'page' }]);
    }
  });

  test('a person who has taken it is not paged by the clock', () => {
    const acked = advance(incident('held'), EVENTS.acknowledged, NOW)?.incident;
    expect(acked).toMatchObject({ deadlineAt: null, ackedBy: 'ana', ackedAt: NOW });
    expect(advance({ ...incident('held'), ackedAt: NOW, deadlineAt: NOW }, EVENTS.deadline, NOW)).toBeNull();
  });
});

describe('P8: once a person was woken, nothing starts behind their back', () => {
  const paged = { pagedAt: NOW - 1_000, deadlineAt: null };

  test.each(['run failed, more', 'run stopped', 'run waits'] as const)('%s hands the incident to them', (event) => {
    const step = advance(incident('running', paged), EVENTS[event], NOW);
    expect(step?.incident.state).toBe('escalated');
    expect(step?.owed).toEqual([{ kind: 'tell', dueAt: NOW, topic: 'update' }]);
  });

  test.each(['verified ineffective, more', 'verified recurred, more'] as const)('%s too', (event) => {
    expect(advance(incident('verifying', paged), EVENTS[event], NOW)?.incident.state).toBe('escalated');
  });

  test('where the rule pages in parallel the healing goes on', () => {
    const both = { ...paged, pagesInParallel: true };
    expect(advance(incident('running', both), EVENTS['run failed, more'], NOW)?.incident.state).toBe('received');
    expect(advance(incident('running', both), EVENTS['run stopped'], NOW)?.incident.state).toBe('received');
    expect(advance(incident('running', both), EVENTS['run waits'], NOW)?.incident.state).toBe('held');
  });
});

describe('P8: what is not better reaches a person, even when the alert is gone', () => {
  const gone = { firing: false };

  test('a sick probe without an alert is no reason to act, and none to be silent', () => {
    for (const event of ['verified ineffective, more', 'verified recurred, more'] as const) {
      expect(advance(incident('verifying', gone), EVENTS[event], NOW)?.incident.state).toBe('escalated');
    }
  });

  test('a run that put everything back has nothing to tell once the alert is gone', () => {
    expect(advance(incident('running', gone), EVENTS['run failed'], NOW)?.incident.state).toBe('closed');
    expect(advance(incident('running', gone), EVENTS['run stopped'], NOW)?.incident.state).toBe('closed');
  });

  test('nobody knows what an unknown run left behind, alert or not', () => {
    expect(advance(incident('running', gone), EVENTS['run unknown'], NOW)?.incident.state).toBe('escalated');
    expect(advance(incident('running', gone), EVENTS['run handed over'], NOW)?.incident.state).toBe('escalated');
  });
});

test('the next remediation is the next attempt, and an approval was for the one before', () => {
  const before = incident('verifying', { approvalId: 'apr-1' });
  const next = advance(before, EVENTS['verified ineffective, more'], NOW)?.incident;
  expect(next).toMatchObject({ attempt: 1, approvalId: null, runId: null });
  const again = advance(incident('running', { approvalId: 'apr-1' }), EVENTS['run stopped'], NOW)?.incident;
  expect(again).toMatchObject({ attempt: 0, approvalId: 'apr-1', runId: null });
});

test('a second cause to page is news for those who are awake', () => {
  const step = advance(incident('running', { pagedAt: NOW - 1, deadlineAt: null }), EVENTS['run unknown'], NOW);
  expect(step?.owed).toEqual([{ kind: 'tell', dueAt: NOW, topic: 'update' }]);
  expect(step?.incident.pagedAt).toBe(NOW - 1);
});

test('closing by hand keeps what is known of the alert', () => {
  expect(advance(incident('held'), EVENTS.closed, NOW)?.incident.firing).toBe(true);
  expect(advance(incident('verifying'), EVENTS['verified held'], NOW)?.incident.firing).toBe(false);
});
