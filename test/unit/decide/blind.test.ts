import { expect, test } from 'vitest';
import { decide } from '../../../src/decide/decide.ts';
import { advance, type Incident } from '../../../src/domain/incident.ts';
import { benchOf, caseOf, factsOf, NOW, ruleOf } from './bench.ts';

const rule = ruleOf({ guards: { ...ruleOf().guards, blastRadius: { max: 3, percent: null } } });

/** Nobody has looked which targets are sick, so the blast radius throws. */
const blind = () => factsOf({ sick: new Map() });

/** Decides it again and again; every state it was brought to. */
function asked(times: number, facts = blind, first: Partial<Incident> = {}) {
  let one = caseOf(first);
  const seen: string[] = [];
  for (let i = 0; i < times; i += 1) {
    const verdict = decide(one, facts(), benchOf([rule]));
    const step = advance(one.incident, verdict.event, NOW + i);
    if (step === null) break;
    seen.push(`${step.incident.state} ${step.incident.reason}`);
    one = { ...one, incident: step.incident };
    if (step.incident.state === 'escalated')
      return { seen, data: verdict.entry.data, owed: step.owed, incident: one.incident };
  }
  return { seen, data: {}, owed: [], incident: one.incident };
}

test('P4: guardrails that are blind again and again page, with the error', () => {
  const { seen, data, owed } = asked(9);
  expect(seen).toEqual([...Array(4).fill('held guard-error'), 'escalated guards-blind']);
  expect(data).toMatchObject({
    guard: 'blast-radius',
    cause: 'guard-error',
    inARow: 5,
    error: "Nobody has counted which targets of the kind 'thing' are sick",
  });
  expect(owed).toEqual([{ kind: 'tell', dueAt: NOW + 4, topic: 'page' }]);
});

test('an answer in between begins the count anew', () => {
  const answers = [blind, blind, blind, blind, () => factsOf({ runsLastHour: 1_000 }), blind, blind, blind, blind];
  let i = 0;
  const { seen } = asked(answers.length, () => (answers[i++] ?? blind)());
  expect(seen.at(4)).toBe('held global-rate');
  expect(seen.at(-1)).toBe('held guard-error');
});

test('whoever has been woken already is not woken for it', () => {
  const { seen } = asked(9, blind, { pagedAt: NOW, pagesInParallel: true });
  expect(new Set(seen)).toEqual(new Set(['held guard-error']));
});
