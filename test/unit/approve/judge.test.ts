import { describe, expect, test } from 'vitest';
import {
  type Judgement,
  judgeAnswer,
  type Membership,
  type PlanNow,
  type Question,
} from '../../../src/approve/judge.ts';
import { type Plan, planHash } from '../../../src/rules/plan.ts';
import type { Approval, GivenAnswer } from '../../../src/store/approvals.ts';

const NOW = 1_000_000;

const plan: Plan = {
  remediation: 'things/mend',
  params: { thing: 'cup' },
  target: { kind: 'thing', id: 'cup' },
  ruleHash: 'one',
};

const approval: Approval = {
  id: 'apr-1',
  incidentId: 'inc-1',
  remediation: plan.remediation,
  planHash: planHash(plan),
  plan: { remediation: plan.remediation, params: plan.params, target: { id: 'cup', kind: 'thing' } },
  askedOf: 'oncall',
  needs: 2,
  askedAt: NOW - 1,
  expiresAt: NOW + 1,
  decidedAt: null,
  decision: null,
};

const by = (person: string, answer: GivenAnswer['answer'] = 'approve', again = false) => ({
  person,
  name: person.toLowerCase(),
  answer,
  why: null,
  at: NOW,
  again,
});

function judged(
  change: {
    readonly approval?: Partial<Approval>;
    readonly answers?: readonly GivenAnswer[];
    readonly incident?: Partial<Question['incident']>;
    readonly given?: ReturnType<typeof by>;
    readonly membership?: Membership;
    readonly planNow?: PlanNow;
    readonly now?: number;
  } = {},
): Judgement {
  const question: Question = {
    approval: { ...approval, ...change.approval },
    answers: change.answers ?? [],
    incident: { state: 'approving', approvalId: 'apr-1', ...change.incident },
    group: 'oncall',
  };
  const { given = by('U1'), membership = { kind: 'member' }, planNow = { plan }, now = NOW } = change;
  return judgeAnswer(question, given, membership, planNow, now);
}

const code = (judgement: Judgement) => (judgement.kind === 'refused' ? judgement.code : judgement.kind);

describe('P9: who has said what', () => {
  test('the first of two is counted, the second decides', () => {
    expect(judged()).toEqual({ kind: 'counted', have: 1 });
    expect(judged({ answers: [by('U2')] })).toMatchObject({
      kind: 'approved',
      by: [{ person: 'U2' }, { person: 'U1' }],
    });
  });

  test('the same person counts once', () => {
    expect(code(judged({ answers: [by('U1')] }))).toBe('repeated');
  });

  test('a no wins, also over the own yes and over a plan that changed', () => {
    expect(code(judged({ given: by('U1', 'deny'), answers: [by('U1'), by('U2')] }))).toBe('denied');
    expect(code(judged({ given: by('U1', 'deny'), planNow: { why: 'gone' } }))).toBe('denied');
  });
});

test.each([
  ['a stranger', { membership: { kind: 'stranger', onCall: [] } }, 'not-allowed'],
  ['anybody where nobody may', { membership: { kind: 'nobody' } }, 'not-allowed'],
  ['somebody nobody can tell about', { membership: { kind: 'unsure', why: 'Slack is away' } }, 'not-sure'],
  [
    'a stranger, whatever became of it',
    { membership: { kind: 'stranger', onCall: [] }, approval: { decision: 'approved' } },
    'not-allowed',
  ],
  ['the same request', { given: by('U1', 'approve', true) }, 'replayed'],
  ['a question that expired', { approval: { decision: 'expired' } }, 'expired'],
  ['a question whose time is over', { now: NOW + 1 }, 'expired'],
  ['what others approved', { approval: { decision: 'approved' } }, 'decided'],
  ['what others denied', { approval: { decision: 'denied' } }, 'decided'],
  ['what was asked anew', { approval: { decision: 'void' } }, 'decided'],
  ['an incident that a person has', { incident: { state: 'escalated' } }, 'over'],
  ['an incident that asks something else by now', { incident: { approvalId: 'apr-2' } }, 'over'],
] as const)('an answer of or to %s does not count', (_what, change, expected) => {
  for (const answer of ['approve', 'deny'] as const) {
    const given = 'given' in change ? { ...change.given, answer } : by('U1', answer);
    expect(code(judged({ ...change, given }))).toBe(expected);
  }
});

test.each([
  ['another rule', { plan: { ...plan, ruleHash: 'two' } }, ['the rule was changed']],
  ['another target', { plan: { ...plan, target: { kind: 'thing', id: 'jug' } } }, ['the target is thing jug now']],
  ['other parameters', { plan: { ...plan, params: { thing: 'jug' } } }, ['thing was "cup" and is "jug"']],
  [
    'another remediation',
    { plan: { ...plan, remediation: 'things/throw' } },
    ['the remediation was things/mend and is things/throw'],
  ],
  ['nothing to run', { why: "the rule 'r' is gone" }, ["the rule 'r' is gone"]],
])('P9: %s is not what was approved', (_what, planNow, changes) => {
  expect(judged({ planNow })).toEqual({ kind: 'changed', changes });
});
