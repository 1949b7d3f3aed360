import type { Incident } from '../domain/incident.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import type { Time } from '../domain/time.ts';
import { type Plan, planHash } from '../rules/plan.ts';
import type { Approval, GivenAnswer } from '../store/approvals.ts';

/** Whether a person belongs to those who may answer. `unsure` counts as no: guardrails fail closed. */
export type Membership =
  | { readonly kind: 'member' }
  /** `onCall`: who of the group is on call by its rotations. */
  | { readonly kind: 'stranger'; readonly onCall: readonly string[] }
  | { readonly kind: 'nobody' }
  | { readonly kind: 'unsure'; readonly why: string };

/** What would be run now, or why there is nothing any more. */
export type PlanNow = { readonly plan: Plan } | { readonly why: string };

/** Why an answer does not count. */
export type RefusalCode = 'replayed' | 'not-allowed' | 'not-sure' | 'repeated' | 'decided' | 'expired' | 'over';

export type Judgement =
  | { readonly kind: 'refused'; readonly code: RefusalCode; readonly say: string }
  /** What was shown is not what would be run: it is asked anew. */
  | { readonly kind: 'changed'; readonly changes: readonly string[] }
  /** It counts, and more people are needed. */
  | { readonly kind: 'counted'; readonly have: number }
  | { readonly kind: 'approved'; readonly by: readonly GivenAnswer[] }
  | { readonly kind: 'denied' };

export interface Question {
  readonly approval: Approval;
  /** What was said so far, one for each person. */
  readonly answers: readonly GivenAnswer[];
  readonly incident: Pick<Incident, 'state' | 'approvalId'>;
  /** Who may answer, by the group's name; null where nobody may. */
  readonly group: string | null;
}

/**
 * What one person's answer comes to. Pure.
 *
 * A person counts once. A no wins, whoever has said yes before. A yes counts only for what would be run at this very moment;
 * a no stands even where that has changed, because nothing is run then, and a person is told.
 *
 * @param again the very same request had come before
 */
export function judgeAnswer(
  { approval, answers, incident, group }: Question,
  given: GivenAnswer & { readonly again: boolean },
  membership: Membership,
  planNow: PlanNow,
  now: Time,
): Judgement {
  if (membership.kind !== 'member') return stranger(membership, group);
  const before = answers.find(({ person }) => person === given.person);
  if (given.again) return refused('replayed', 'This came twice, and counts once.');
  if (before?.answer === given.answer) {
    const done = given.answer === 'approve' ? 'approved' : 'denied';
    return refused('repeated', `You have ${done} it already; you count once.`);
  }
  if (approval.decision === 'expired' || (approval.decision === null && now >= approval.expiresAt)) {
    return refused('expired', 'The time to answer is over; the on-call person is told instead.');
  }
  if (approval.decision !== null) return refused('decided', decided(approval.decision, answers));
  if (incident.state !== 'approving' || incident.approvalId !== approval.id) {
    const why = incident.state === 'escalated' ? 'the on-call person has it' : `it is ${incident.state} by now`;
    return refused('over', `Nobody waits for this answer any more: ${why}.`);
  }
  if (given.answer === 'deny') return { kind: 'denied' };
  const changes = whatChanged(approval, planNow);
  if (changes.length > 0) return { kind: 'changed', changes };
  const yes = [...answers.filter(({ answer, person }) => answer === 'approve' && person !== given.person), given];
  return yes.length >= approval.needs ? { kind: 'approved', by: yes } : { kind: 'counted', have: yes.length };
}

function stranger(membership: Exclude<Membership, { kind: 'member' }>, group: string | null): Judgement {
  switch (membership.kind) {
    case 'nobody':
      return refused('not-allowed', 'Nobody may answer this: the config names no approver.');
    case 'stranger':
      return refused(
        'not-allowed',
        `${onlyWho(group, membership.onCall)} may answer this, and you are not one of them.`,
      );
    case 'unsure':
      return refused(
        'not-sure',
        `Nobody can tell whether you belong to '${group}', so it does not count: ${membership.why}.`,
      );
  }
}

/** `Only 'oncall' (on call now: Ana, Bob)`. Who is refused is told whom to ask. */
export function onlyWho(group: string | null, onCall: readonly string[]): string {
  return `Only '${group}'${onCall.length === 0 ? '' : ` (on call now: ${onCall.join(', ')})`}`;
}

function decided(decision: 'approved' | 'denied' | 'void', answers: readonly GivenAnswer[]): string {
  if (decision === 'void') return 'It has changed since and was asked anew; answer the newer question.';
  const names = answers
    .filter(({ answer }) => (answer === 'approve') === (decision === 'approved'))
    .map(({ name }) => name)
    .join(', ');
  const more = decision === 'approved' ? ' To stop it, pause it.' : '';
  return `It was ${decision} already by ${names || 'others'}; your answer changes nothing.${more}`;
}

/** In what the plan of now differs from the one that was shown, in words; empty where it is the same. */
export function whatChanged({ planHash: shown, plan }: Approval, now: PlanNow): readonly string[] {
  if ('why' in now) return [now.why];
  if (planHash(now.plan) === shown) return [];
  const { remediation, params, target } = now.plan;
  const was = plan as { remediation?: string; params?: JsonObject; target?: Json };
  const changes = [
    ...(was.remediation === remediation ? [] : [`the remediation was ${was.remediation} and is ${remediation}`]),
    ...(same(was.target, { kind: target.kind, id: target.id })
      ? []
      : [`the target is ${target.kind} ${target.id} now`]),
    ...Object.keys({ ...was.params, ...params })
      .filter((name) => !same(was.params?.[name], params[name]))
      .map((name) => `${name} was ${say(was.params?.[name])} and is ${say(params[name])}`),
  ];
  return changes.length > 0 ? changes : ['the rule was changed'];
}

function same(a: Json | undefined, b: Json | undefined): boolean {
  return say(a) === say(b);
}

/** Keys in their order, because the database keeps none. */
function say(value: Json | undefined): string {
  return JSON.stringify(value ?? null, (_key, inner: Json) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

function refused(code: RefusalCode, text: string): Judgement {
  return { kind: 'refused', code, say: text };
}
