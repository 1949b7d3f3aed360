import { createHash } from 'node:crypto';
import type { Target } from '../domain/alert.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Remediation } from '../remediation/define.ts';
import { bind, type Remediations } from './bind.ts';
import type { Matchable } from './matchers/match-labels.ts';
import type { Rule } from './rule.ts';

/** What would be run. An approval is given to exactly this. */
export interface Plan {
  readonly remediation: string;
  readonly params: JsonObject;
  readonly target: Target;
  /** The version of the rule that asks for it. */
  readonly ruleHash: string;
}

/** A plan with the code that carries it out. */
export interface Planned {
  readonly remediation: Remediation;
  readonly plan: Plan;
}

/** Why there is no plan. */
export type NoPlan =
  | { readonly why: 'no-remediation' }
  | { readonly why: 'remediation-missing'; readonly remediation: string }
  | { readonly why: 'params-invalid'; readonly remediation: string; readonly said: string };

/**
 * What a rule would have done about an alert now: its remediation of this attempt, with the parameters that the alert's
 * labels give.
 *
 * @throws what an author's `target` throws.
 */
export function planFor(rule: Rule, attempt: number, alert: Matchable, remediations: Remediations): Planned | NoPlan {
  const wanted = rule.do[attempt];
  if (wanted === undefined) return { why: 'no-remediation' };
  const { remediation: name } = wanted;
  const remediation = remediations.get(name);
  if (remediation === undefined) return { why: 'remediation-missing', remediation: name };
  const bound = bind(wanted, remediation, alert);
  if ('why' in bound) return { why: 'params-invalid', remediation: name, said: bound.why };
  const { params } = bound;
  // Attempts of one rule may act on different things: first the queue, then the service that works on it.
  return { remediation, plan: { remediation: name, params, target: remediation.target(params), ruleHash: rule.hash } };
}

/** A decision asks for the hash of its plan several times. */
const HASHES = new WeakMap<Plan, string>();

/** Equal for equal plans; any change of remediation, parameters, target or rule gives another one. */
export function planHash(plan: Plan): string {
  const hash = HASHES.get(plan) ?? hashOf(plan);
  HASHES.set(plan, hash);
  return hash;
}

function hashOf({ remediation, params, target, ruleHash }: Plan): string {
  const sorted = Object.fromEntries(Object.entries(params).sort(([a], [b]) => (a < b ? -1 : 1)));
  const text = JSON.stringify([remediation, sorted, target.kind, target.id, ruleHash]);
  return createHash('sha256').update(text).digest('base64url').slice(0, 22);
}
