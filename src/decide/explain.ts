import type { Entry } from '../domain/event.ts';
import { noOf, tellNo } from '../domain/guard-words.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import { isReason, REASONS, type Reason } from '../domain/reason.ts';
import { type Time, toIso } from '../domain/time.ts';

/** One guardrail's answer as people read it. */
export interface GuardSaid {
  readonly guard: string;
  readonly ok: boolean;
  readonly reason: string | null;
  /** Why not, with the numbers; null where it let the run pass. */
  readonly says: string | null;
  readonly numbers: JsonObject;
}

/** A decision with everything that it rests on, for people and machines. */
export interface Explanation {
  readonly at: string;
  /** The event that it was: `held`, `asked`, `admitted`, `observed`, `ignored`, `escalated`. */
  readonly verdict: string;
  readonly reason: string;
  readonly says: string;
  /** When it is decided again; null where it is not. */
  readonly until: string | null;
  /** What would be run; null where no remediation got that far. */
  readonly plan: JsonObject | null;
  /** In the order in which they count. Empty where none was asked. */
  readonly guards: readonly GuardSaid[];
  /** What would have to be otherwise for it to act, all of it. Empty where it acts. */
  readonly changes: readonly string[];
}

const DECISIONS = ['held', 'asked', 'admitted', 'observed', 'ignored', 'escalated'];

/** Whether a line of the timeline is a decision that can be explained. */
export function isDecision({ type }: Pick<Entry, 'type'>): boolean {
  return DECISIONS.includes(type);
}

/** Explains a decision from what its line in the timeline says. Pure: the stored one and a fresh one alike. */
export function explainDecision({ type, reason, data }: Entry, at: Time): Explanation {
  const until = typeof data.until === 'number' ? data.until : null;
  const guards = answersIn(data).map((answer) => saidBy(answer, at));
  const no = type === 'held' ? noOf(data, reason) : null;
  const told = no === null ? null : tellNo(no, at);
  const why = reason === null ? '' : REASONS[reason];
  const more = typeof data.why === 'string' && told?.says !== data.why ? ` ${sentence(data.why)}` : '';
  const { remediation, params, target } = data;
  const others = answersIn(data)
    .filter(({ ok, reason: its }) => ok === false && its !== reason)
    .flatMap((answer) => changeOf(answer, at));
  const first = told === null ? (CHANGES[reason ?? 'opened']?.(data) ?? null) : `${reason}: ${told.change}`;
  return {
    at: toIso(at),
    verdict: type,
    reason: reason ?? 'opened',
    says: told === null || told.says === why ? `${why}${more}` : told.says,
    until: until === null ? null : toIso(until),
    plan: remediation === undefined || params === undefined ? null : { remediation, params, target: target ?? null },
    guards,
    changes: [...new Set(type === 'admitted' || first === null ? others : [first, ...others])],
  };
}

function sentence(text: string): string {
  const line = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(line) ? line : `${line}.`;
}

interface Answer {
  readonly guard: string;
  readonly ok: boolean;
  readonly reason: Json;
  readonly numbers: JsonObject;
}

function answersIn({ guards }: JsonObject): readonly Answer[] {
  return Array.isArray(guards) ? (guards as unknown as readonly Answer[]) : [];
}

function saidBy({ guard, ok, reason, numbers }: Answer, at: Time): GuardSaid {
  const known = typeof reason === 'string' && isReason(reason) ? reason : null;
  const says = ok || known === null ? null : tellNo({ reason: known, numbers, until: null }, at).says;
  return { guard, ok, reason: known, says, numbers };
}

function changeOf({ reason, numbers }: Answer, at: Time): readonly string[] {
  if (typeof reason !== 'string' || !isReason(reason)) return [];
  return [`${reason}: ${tellNo({ reason, numbers, until: null }, at).change}`];
}

/** What would have to be otherwise, where it was no guardrail that decided. */
const CHANGES: Readonly<Partial<Record<Reason, (data: JsonObject) => string>>> = {
  'propose-mode': () => 'mode is propose: approve it, or set mode: auto',
  'observe-mode': () => 'mode is observe: set mode: propose, or mode: auto',
  'high-risk': () => 'the remediation is of high risk: approve it; it always asks',
  'approval-required': () => 'the rule has an approval block: approve it, or take the block out',
  demoted: () => 'the rule was demoted: approve it, or remedyd promote it',
  'breaker-open': () => 'the breaker is open: approve it; or look into it, then remedyd pause and resume the rule',
  'params-invalid': ({ why }) => `${String(why)}: correct the label where the alert is made, or \`with\` in the rule`,
  'no-remediation': () => 'the rule has no (further) remediation: add one under do',
  'remediation-missing': ({ remediation }) => `the remediation '${String(remediation)}' is not there: correct the rule`,
  'ambiguous-rules': ({ rules }) => `give one of ${String(rules)} a higher priority`,
  unmatched: () => 'no rule matches: write one, or correct the nearest',
  'test-alert': ({ why }) => `it is marked as a test (${String(why)}): tests never remediate`,
  'match-error': ({ why }) => `matching failed (${String(why)}): correct the rule or the remediation`,
};
