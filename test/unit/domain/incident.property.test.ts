import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { IncidentEvent, Owed } from '../../../src/domain/event.ts';
import { advance, hasEnded, type Incident } from '../../../src/domain/incident.ts';
import { EVENTS, incident, NOW } from './incidents.ts';

/** What happened in one life: each event with the step that it led to. */
interface Lived {
  readonly event: IncidentEvent;
  readonly before: Incident;
  readonly after: Incident;
  readonly owed: readonly Owed[];
}

function live(first: Incident, events: readonly IncidentEvent[]): Lived[] {
  let before = first;
  return events.flatMap((event, i) => {
    const step = advance(before, event, NOW + i);
    if (step === null) return [];
    const lived = { event, before, after: step.incident, owed: step.owed };
    before = step.incident;
    return [lived];
  });
}

const lives = fc
  .record({
    parallel: fc.boolean(),
    // Mostly what moves an incident along, so that lives reach every corner and do not end at the first step.
    events: fc.array(
      fc.oneof(
        { weight: 6, arbitrary: fc.constantFrom(EVENTS.admitted, EVENTS['run applied'], EVENTS.held, EVENTS.asked) },
        { weight: 4, arbitrary: fc.constantFrom(EVENTS['run failed, more'], EVENTS['verified ineffective, more']) },
        { weight: 3, arbitrary: fc.constantFrom(EVENTS.deadline, EVENTS.approved, EVENTS['run stopped']) },
        { weight: 6, arbitrary: fc.constantFrom(...Object.values(EVENTS)) },
      ),
      { maxLength: 40 },
    ),
  })
  .map(({ parallel, events }) => live(incident('received', { pagesInParallel: parallel, tries: 0 }), events));

const holds = (says: (lived: readonly Lived[]) => void) => fc.assert(fc.property(lives, says), { numRuns: 2_000 });

test('the version grows by one with every change, and time is written down', () => {
  holds((lived) => {
    for (const { before, after } of lived) {
      expect(after.version).toBe(before.version + 1);
      expect(after.updatedAt).toBeGreaterThanOrEqual(before.updatedAt);
    }
  });
});

test('what has ended stays ended', () => {
  holds((lived) => {
    for (const { before } of lived) expect(hasEnded(before)).toBe(false);
    for (const { after } of lived) expect(after.endedAt !== null).toBe(hasEnded(after));
  });
});

test('P2: a deadline that is gone was struck by an end, by a person, or because it was told', () => {
  holds((lived) => {
    for (const { after } of lived) {
      if (after.deadlineAt !== null) expect(hasEnded(after)).toBe(false);
      else expect(hasEnded(after) || after.ackedAt !== null || after.pagedAt !== null).toBe(true);
    }
  });
});

test('nobody is woken twice for one incident', () => {
  holds((lived) => {
    const pages = lived.flatMap(({ owed }) => owed.filter((due) => due.kind === 'tell' && due.topic === 'page'));
    expect(pages.length).toBeLessThanOrEqual(1);
    expect(pages.length).toBe(lived.at(-1)?.after.pagedAt == null ? 0 : 1);
  });
});

test('P3: a run is owed only from where nothing is decided yet, and verification only of the run that ended', () => {
  holds((lived) => {
    for (const { before, owed, after } of lived) {
      for (const due of owed) {
        if (due.kind === 'execute') expect(['received', 'held']).toContain(before.state);
        if (due.kind === 'verify') expect([before.state, due.runId]).toEqual(['running', after.runId]);
      }
    }
  });
});

/** The work without which an incident in that state would stand still for ever. */
const MOVES: Partial<Record<Incident['state'], Owed['kind']>> = {
  received: 'decide',
  held: 'decide',
  approving: 'expire',
  running: 'execute',
  verifying: 'verify',
};

test('P1: no incident stands still: what it waits for is owed, or a person has it', () => {
  holds((lived) => {
    for (const { before, after, owed } of lived) {
      const wanted = MOVES[after.state];
      const entered = after.state !== before.state || after.askAt !== before.askAt;
      // An incident enters a state with the work for it; what only adds to one leaves that work standing.
      if (wanted !== undefined && entered) expect(owed.map((due) => due.kind)).toContain(wanted);
      if (after.state === 'escalated') expect(after.pagedAt).not.toBeNull();
    }
  });
});

test('P8: after a page nothing new starts, unless the rule pages in parallel', () => {
  holds((lived) => {
    for (const { before, owed } of lived) {
      const theirs = before.pagedAt !== null && !before.pagesInParallel;
      if (theirs) expect(owed.map((due) => due.kind)).not.toContain('execute');
    }
  });
});
