import { formatDuration } from '../../domain/duration.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import type { Time } from '../../domain/time.ts';
import type { AnsweredFacts, ApprovalFacts } from '../message.ts';
import type { AnswerView, ApprovalView } from '../view.ts';
import { cleanLine, plain } from './clean.ts';
import { place } from './headline.ts';
import { ago, clockTime, when } from './when.ts';

/** A question as a person must see it to answer: what would be done to what, who may say so, and until when. */
export function approvalFacts(approval: ApprovalView, now: Time): ApprovalFacts {
  const params = Object.entries(approval.params).slice(0, 20);
  const target = approval.target === null ? [] : [`On ${place(approval.target)}.`];
  return {
    id: approval.id,
    remediation: cleanLine(approval.remediation, 100),
    risk: cleanLine(approval.risk, 20),
    plan: [
      ...target,
      cleanLine(approval.summary, 500),
      ...params.map(([name, value]) => cleanLine(plain({ [name]: value }, 300), 300)),
    ],
    guards: guardLine(approval.guards, now),
    answers: [whoMay(approval, now), ...approval.answers.slice(0, 10).map((one) => said(one, now))],
    expiresAt: approval.expiresAt,
  };
}

/** What became of a question. */
export function answeredFacts(approval: ApprovalView, now: Time): AnsweredFacts {
  const at = approval.decidedAt === null ? '' : ` at ${clockTime(approval.decidedAt, now)}`;
  const ends = {
    approved: `Approved${at}.`,
    denied: `Denied${at}.`,
    expired: `Not enough answers in time; it ended${at}.`,
    void: `What was asked has changed since, so no answer counts any more. It is asked anew where it is still needed.`,
  };
  const end = approval.decision === null ? 'It was over before it was answered.' : ends[approval.decision];
  const answers = approval.answers.slice(0, 10).map((one) => said(one, now));
  // Who denied it says it all.
  const lines = approval.decision === 'denied' && answers.length > 0 ? answers : [end, ...answers];
  return { id: approval.id, remediation: cleanLine(approval.remediation, 100), lines };
}

function whoMay({ from, onCall, needs, answers, expiresAt }: ApprovalView, now: Time): string {
  if (from === null)
    return `Nobody may answer: the config names no approver. A person is paged ${ago(expiresAt, now)}.`;
  const have = answers.filter(({ answer }) => answer === 'approve').length;
  const count = needs === 1 ? '' : ` ${have} of ${needs} have approved.`;
  return `${cleanLine(from, 100)}${namesOf(onCall)} may answer, until ${when(expiresAt, now)}.${count}`;
}

/** Whoever is on call wants to see the own name, not that of a list. */
function namesOf(onCall: readonly string[] | null): string {
  if (onCall === null) return '';
  if (onCall.length === 0) return ' (nobody on call has a Slack id)';
  return ` (on call now: ${onCall.map((name) => cleanLine(name, 60)).join(', ')})`;
}

function said({ name, answer, why, at }: AnswerView, now: Time): string {
  const reason = why === null || why === '' ? '' : `: ${cleanLine(why, 300)}`;
  return `${cleanLine(name, 60)} ${answer === 'approve' ? 'approved' : 'denied'} at ${clockTime(at, now)}${reason}`;
}

/** `12 of 12 agree; cooldown 10 min; budget: used 1, runs 3`. Those that have something to count say it. */
function guardLine(guards: readonly JsonObject[], now: Time): string {
  if (guards.length === 0) return '';
  const figures = guards.flatMap(({ guard, numbers }) => {
    const name = cleanLine(String(guard), 40);
    const text = plain(counted(numbers, now), 120).replace(/(^|, )([\w.]+): (?=\d)/g, '$1$2 ');
    return text === '' ? [] : [text.startsWith(`${name} `) ? text : `${name}: ${text}`];
  });
  const agree = guards.filter(({ ok }) => ok === true).length;
  return cleanLine([`${agree} of ${guards.length} agree`, ...figures].join('; '), 600);
}

/** Lengths and points of time as people say them; guardrails count both in milliseconds. */
function counted(numbers: Json | undefined, now: Time): Json {
  if (typeof numbers !== 'object' || numbers === null || Array.isArray(numbers)) return null;
  const all = Object.entries(numbers).filter(([, value]) => value !== null);
  return Object.fromEntries(
    all.map(([name, value]): [string, Json] => {
      if (typeof value !== 'number') return [name, value];
      if (name.endsWith('Ms')) return [name.slice(0, -2), formatDuration(value)];
      return [name, value > A_TIME ? clockTime(value, now) : value];
    }),
  );
}

/** No guardrail counts as far as this; larger numbers are points of time. */
const A_TIME = 1_000_000_000_000;
