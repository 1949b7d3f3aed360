import { expect, test } from 'vitest';
import { decide } from '../../../src/decide/decide.ts';
import { explainDecision } from '../../../src/decide/explain.ts';
import { printExplanation } from '../../../src/decide/say-why.ts';
import { benchOf, caseOf, factsOf, MINUTE, NOW, ruleOf, runOf } from './bench.ts';

type More = Parameters<typeof ruleOf>[0];

/** The explanation of what would be decided about the cup under a rule, with these facts. */
function explained(rule: More, facts: Parameters<typeof factsOf>[0] = {}, remediationLabels?: Record<string, string>) {
  const one = caseOf();
  const episodes =
    remediationLabels === undefined ? one.episodes : one.episodes.map((e) => ({ ...e, labels: remediationLabels }));
  const { entry } = decide({ ...one, episodes }, factsOf(facts), benchOf([ruleOf(rule)]));
  return explainDecision(entry, NOW);
}

const rest = { id: 'run-1', incidentId: 'inc-other', admittedAt: NOW - 9 * MINUTE, endedAt: NOW - 350_000 };

test('P11: a no comes with its numbers, when it is asked again, and the least that would have let it act', () => {
  const cooldown = { ...ruleOf().guards, cooldown: 10 * MINUTE };
  const found = explained({ guards: cooldown }, { runs: [runOf({ ...rest, outcome: 'held' })] });
  expect(found).toMatchObject({
    verdict: 'held',
    reason: 'cooldown',
    says: 'the last run here ended 5 min 50 s ago, and the rule wants 10 min of rest',
    until: new Date(NOW + 250_000).toISOString(),
  });
  const until = new Date(NOW + 250_000).toISOString();
  expect(found.changes).toEqual([`cooldown: wait 4 min 10 s (until ${until}), or lower guards.cooldown to 5m50s`]);
  expect(found.guards.find(({ guard }) => guard === 'cooldown')).toMatchObject({ ok: false, reason: 'cooldown' });
  const printed = printExplanation(found).join('\n');
  expect(printed).toMatch(/^WAITS \(cooldown\): the last run here ended/);
  expect(printed).toContain('NO   the last run here ended');
});

test('every no is listed that would have to be otherwise, the one that decided first', () => {
  const guards = { ...ruleOf().guards, cooldown: 10 * MINUTE };
  const pause = { id: 'p', scope: 'global', key: '', owner: 'ana', why: 'x', setAt: NOW, until: null } as const;
  const found = explained({ guards }, { pauses: [pause], runs: [runOf({ ...rest, outcome: 'held' })] });
  expect(found.changes.map((line) => line.split(':')[0])).toEqual(['paused', 'cooldown']);
  expect(found.changes[0]).toBe('paused: remedyd resume');
});

test.each<[string, More, string, string]>([
  ['propose', { mode: 'propose' }, 'asked', 'mode is propose: approve it, or set mode: auto'],
  ['observe', { mode: 'observe' }, 'observed', 'mode is observe: set mode: propose, or mode: auto'],
])('mode %s says what to set', (_, rule, verdict, change) => {
  const found = explained(rule);
  expect(found).toMatchObject({ verdict, changes: [change] });
});

test('what runs needs no change, and shows what it runs', () => {
  const found = explained({});
  expect(found).toMatchObject({ verdict: 'admitted', changes: [] });
  expect(found.plan).toMatchObject({ remediation: 'things/mend' });
  expect(printExplanation(found)[0]).toBe('RUNS (admitted): Every guardrail let the run start.');
});

test('a label that is missing is named', () => {
  const found = explained({}, {}, {});
  expect(found).toMatchObject({ verdict: 'escalated', reason: 'params-invalid' });
  expect(found.changes[0]).toContain('the alert has no label');
});
