import type { Severity } from '../domain/severity.ts';
import type { Time } from '../domain/time.ts';
import type { Message } from './message.ts';

/** A message that nobody can take for an alert: it travels the way of a page, and says that it is a test. */
export function testMessage(severity: Severity, who: string, at: Time): Message {
  return {
    topic: 'page',
    at,
    incident: {
      id: `test-${at}`,
      rule: 'notify-test',
      target: { kind: 'test', id: 'notify-test' },
      severity,
      state: 'escalated',
      reason: 'opened',
      openedAt: at,
      endedAt: null,
      paged: true,
      // Nobody has to take it.
      ackedBy: who,
    },
    headline: 'TEST of remedyd: nothing is broken. This is how a page arrives here.',
    broke: ['Nothing. Somebody wanted to know whether pages arrive here, and they do.'],
    now: `${who} sent this with remedyd notify-test.`,
    why: 'It was asked for.',
    alerts: [],
    moreAlerts: 0,
    tried: [],
    seen: [],
    history: [],
    next: ['Nothing has to be done. If you did not expect this, ask who sent it.'],
    notes: [],
    approval: null,
    answered: null,
    runbook: null,
    statusUrl: null,
  };
}
