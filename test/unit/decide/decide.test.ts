import { describe, expect, test } from 'vitest';
import { decide } from '../../../src/decide/decide.ts';
import type { Verdict } from '../../../src/decide/verdict.ts';
import { planHash } from '../../../src/rules/plan.ts';
import type { Approval } from '../../../src/store/approvals.ts';
import { benchOf, caseOf, episodeOf, factsOf, MINUTE, NOW, remediations, ruleOf, runOf } from './bench.ts';

const said = ({ event, entry }: Verdict) => `${event.type} ${entry.reason}`;

const service = { remediation: 'services/restart', with: { service: { constant: 'shop' } } };

describe('every verdict with its reason', () => {
  test('runs where every guardrail agrees, and tells all their answers', () => {
    const verdict = decide(caseOf(), factsOf(), benchOf([ruleOf()]));
    expect(said(verdict)).toBe('admitted admitted');
    expect(verdict.run).toMatchObject({ remediation: 'things/mend', params: { thing: 'cup' }, dry: false, attempt: 0 });
    const { guards } = verdict.entry.data as { guards: { ok: boolean }[] };
    expect(guards.length).toBeGreaterThan(5);
    expect(guards.every(({ ok }) => ok)).toBe(true);
  });

  test.each([
    ['held by a guardrail', caseOf(), factsOf({ runs: [runOf({ endedAt: null })] }), ruleOf(), 'held target-leased'],
    [
      'held until it fires for long enough',
      caseOf(),
      factsOf(),
      ruleOf({ when: { source: null, match: [], not: [], for: 90_000 } }),
      'held for-not-reached',
    ],
    ['proposed', caseOf(), factsOf(), ruleOf({ mode: 'propose' }), 'asked propose-mode'],
    [
      'asked for',
      caseOf(),
      factsOf(),
      ruleOf({ approval: { from: 'oncall', needs: 1, within: MINUTE } }),
      'asked approval-required',
    ],
    [
      'asked for, where the rule was demoted',
      caseOf(),
      factsOf({ demoted: new Set(['thing-broken']) }),
      ruleOf(),
      'asked demoted',
    ],
    [
      'proposed, demoted or not',
      caseOf(),
      factsOf({ demoted: new Set(['thing-broken']) }),
      ruleOf({ mode: 'propose' }),
      'asked propose-mode',
    ],
    [
      'only observed, demoted or not',
      caseOf(),
      factsOf({ demoted: new Set(['thing-broken']) }),
      ruleOf({ mode: 'observe' }),
      'observed observe-mode',
    ],
    [
      'run, where another rule was demoted',
      caseOf(),
      factsOf({ demoted: new Set(['another']) }),
      ruleOf(),
      'admitted admitted',
    ],
    ['only observed', caseOf(), factsOf(), ruleOf({ mode: 'observe' }), 'observed observe-mode'],
    ['for people, once there is nothing left', caseOf({ attempt: 1 }), factsOf(), ruleOf(), 'escalated no-remediation'],
    [
      'watched until its deadline, where only people can help',
      caseOf(),
      factsOf(),
      ruleOf({ do: [] }),
      'observed no-remediation',
    ],
    [
      'for people when that is over',
      caseOf({ deadlineAt: NOW }),
      factsOf(),
      ruleOf({ do: [] }),
      'escalated no-remediation',
    ],
    [
      'for people where a label does not fit',
      caseOf({}, { episodes: [episodeOf({ labels: { thing: 'a; reboot' } })] }),
      factsOf(),
      ruleOf(),
      'escalated params-invalid',
    ],
    [
      'for people where the label is missing',
      caseOf({}, { episodes: [episodeOf({ labels: {} })] }),
      factsOf(),
      ruleOf(),
      'escalated params-invalid',
    ],
    [
      'for people where the remediation is gone',
      caseOf(),
      factsOf(),
      ruleOf({ do: [{ remediation: 'things/gone', with: {} }] }),
      'escalated remediation-missing',
    ],
  ])('an incident is %s', (_, one, facts, rule, expected) => {
    expect(said(decide(one, facts, benchOf([rule])))).toBe(expected);
  });

  test('a high risk asks, whatever the rule says', () => {
    const bench = benchOf([ruleOf()], { remediations: remediations('high') });
    expect(said(decide(caseOf(), factsOf(), bench))).toBe('asked high-risk');
  });
});

describe('what no rule takes', () => {
  const unmatched = (more: object = {}) => caseOf({ rule: 'unmatched', severity: 'critical', ...more });

  test('reaches a person by its severity', () => {
    expect(said(decide(unmatched(), factsOf(), benchOf([])))).toBe('escalated unmatched');
    expect(said(decide(unmatched({ severity: 'low' }), factsOf(), benchOf([])))).toBe('ignored unmatched');
  });

  test('P14: a test is ignored, whatever its severity', () => {
    const one = { ...unmatched(), episodes: [episodeOf({ test: 'says so' })] };
    expect(said(decide(one, factsOf(), benchOf([ruleOf()])))).toBe('ignored test-alert');
  });

  test('two rules that match are told to a person, both by name', () => {
    const verdict = decide(unmatched(), factsOf(), benchOf([ruleOf({ name: 'a' }), ruleOf({ name: 'b' })]));
    expect(said(verdict)).toBe('escalated ambiguous-rules');
    expect(verdict.entry.data.rules).toEqual(['a', 'b']);
  });

  test('a rule that is gone since leaves the incident to the policy, never to nobody', () => {
    expect(said(decide(caseOf({ severity: 'high' }), factsOf(), benchOf([])))).toBe('escalated unmatched');
    expect(said(decide(caseOf({ severity: 'low' }), factsOf(), benchOf([])))).toBe('ignored unmatched');
  });
});

describe('P9: an approval is for this plan', () => {
  const rule = ruleOf({ mode: 'propose' });
  const plan = {
    remediation: 'things/mend',
    params: { thing: 'cup' },
    target: { kind: 'thing', id: 'cup' },
    ruleHash: rule.hash,
  };
  const approval: Approval = {
    id: 'apr-1',
    incidentId: 'inc-1',
    remediation: 'things/mend',
    planHash: planHash(plan),
    plan: {},
    askedOf: null,
    needs: 1,
    askedAt: NOW - MINUTE,
    expiresAt: NOW + MINUTE,
    decidedAt: NOW,
    decision: 'approved',
  };
  const verdictOn = (given: Partial<Approval>, changed = rule, labels: Record<string, string> = { thing: 'cup' }) => {
    const one = caseOf(
      { approvalId: 'apr-1' },
      { approval: { ...approval, ...given }, episodes: [episodeOf({ labels })] },
    );
    return said(decide(one, factsOf(), benchOf([changed])));
  };

  test('it runs what was approved', () => {
    expect(verdictOn({})).toBe('admitted admitted');
  });

  test.each([
    ['was denied', { decision: 'denied' as const }, rule],
    ['has expired', { decision: 'expired' as const }, rule],
    ['was not answered', { decision: null }, rule],
    ['was for another plan', { planHash: 'another' }, rule],
    ['was for the rule as it was', {}, { ...rule, hash: 'changed' }],
  ])('it asks again where the approval %s', (_, given, changed) => {
    expect(verdictOn(given, changed)).toBe('asked propose-mode');
  });

  test('it asks again where the alert brings other parameters', () => {
    expect(verdictOn({}, rule, { thing: 'vase' })).toBe('asked propose-mode');
  });

  test('an approval does not outvote a guardrail', () => {
    const one = caseOf({ approvalId: 'apr-1' }, { approval });
    const facts = factsOf({ runs: [runOf({ endedAt: null })] });
    expect(said(decide(one, facts, benchOf([rule])))).toBe('held target-leased');
  });

  test('the hash sees every part of the plan and not the order of its parameters', () => {
    const base = { remediation: 'r', params: { a: 1, b: 2 }, target: { kind: 'k', id: 'i' }, ruleHash: 'h' };
    expect(planHash({ ...base, params: { b: 2, a: 1 } })).toBe(planHash(base));
    const others = [
      { ...base, remediation: 's' },
      { ...base, params: { a: 1, b: 3 } },
      { ...base, params: { a: 1 } },
      { ...base, target: { kind: 'k', id: 'j' } },
      { ...base, ruleHash: 'g' },
    ];
    expect(new Set([base, ...others].map(planHash)).size).toBe(6);
  });
});

describe('P3: what is locked is what the attempt acts on', () => {
  const rule = ruleOf({ do: [...ruleOf().do, service] });

  test('the second remediation of a rule locks its own target, not that of the first', () => {
    const { run } = decide(caseOf({ attempt: 1 }), factsOf(), benchOf([rule]));
    expect(run).toMatchObject({ remediation: 'services/restart', target: { kind: 'service', id: 'shop' } });
  });

  test('and waits where another rule is on it', () => {
    const busy = runOf({ rule: 'another', target: { kind: 'service', id: 'shop' }, endedAt: null });
    expect(said(decide(caseOf({ attempt: 1 }), factsOf({ runs: [busy] }), benchOf([rule])))).toBe('held target-leased');
    expect(said(decide(caseOf(), factsOf({ runs: [busy] }), benchOf([rule])))).toBe('admitted admitted');
  });

  test('a pause of the incident’s target stops it too', () => {
    const pause = {
      id: 'p',
      scope: 'target',
      key: 'thing:cup',
      owner: 'ana',
      why: 'moving it',
      setAt: NOW,
      until: null,
    } as const;
    expect(said(decide(caseOf({ attempt: 1 }), factsOf({ pauses: [pause] }), benchOf([rule])))).toBe('held paused');
  });
});

describe('how long it has been firing', () => {
  const patient = ruleOf({ when: { source: null, match: [], not: [], for: 5 * MINUTE } });
  const heldUntil = (episodes: ReturnType<typeof episodeOf>[]) => {
    const { event } = decide(caseOf({}, { episodes }), factsOf(), benchOf([patient]));
    return event.type === 'held' ? event.until - NOW : event.type;
  };

  test('the longest of its alerts counts, by the sender’s start', () => {
    expect(heldUntil([episodeOf({ startsAt: NOW - MINUTE }), episodeOf({ startsAt: NOW - 4 * MINUTE })])).toBe(MINUTE);
    expect(heldUntil([episodeOf({ startsAt: NOW - 5 * MINUTE })])).toBe('admitted');
  });

  test('what has ended does not count', () => {
    const over = episodeOf({ startsAt: NOW - 60 * MINUTE, status: 'resolved' });
    expect(heldUntil([episodeOf({ startsAt: NOW - MINUTE }), over])).toBe(4 * MINUTE);
  });

  test('a sender whose clock is ahead cannot put it off for ever', () => {
    expect(heldUntil([episodeOf({ startsAt: NOW + 60 * MINUTE, openedAt: NOW - MINUTE })])).toBe(4 * MINUTE);
  });
});

test('P8: what cannot be judged is told to a person and not tried for ever', () => {
  const rule = ruleOf({ do: [{ remediation: 'things/broken', with: { thing: { constant: 'cup' } } }] });
  const verdict = decide(caseOf(), factsOf(), benchOf([rule]));
  expect(said(verdict)).toBe('escalated match-error');
  expect(verdict.entry.data.why).toContain('the author did not think of this');
});
