import type { Alert, Target } from '../domain/alert.ts';
import type { JsonObject } from '../domain/json.ts';
import { bind, type Remediations } from './bind.ts';
import { labelValue, matchesAll } from './matchers/match-labels.ts';
import type { Rule } from './rule.ts';
import type { Rulebook } from './rulebook.ts';

/** One remediation with its parameters, ready to be run. */
export interface Planned {
  readonly remediation: string;
  readonly params: JsonObject;
}

/**
 * What the rules say about an alert. `invalid`: the labels do not fit the parameters. `error`: matching itself failed.
 * Everything but `rule` is for a person, or for the policy for unmatched alerts.
 */
export type Match =
  | { readonly kind: 'rule'; readonly rule: Rule; readonly target: Target; readonly plan: readonly Planned[] }
  | { readonly kind: 'ambiguous'; readonly rules: readonly Rule[]; readonly target: Target }
  | { readonly kind: 'unmatched'; readonly target: Target }
  | { readonly kind: 'invalid'; readonly rule: Rule; readonly target: Target; readonly why: string }
  | { readonly kind: 'error'; readonly target: Target; readonly why: string };

/** Finds the rule for an alert and binds its remediations. Pure, and never throws: an error is an answer. */
export function matchAlert(rulebook: Rulebook, remediations: Remediations, alert: Alert): Match {
  try {
    const [first, ...others] = rulesFor(rulebook, alert);
    if (first === undefined) return { kind: 'unmatched', target: alertTarget(alert) };
    if (others.length > 0) return { kind: 'ambiguous', rules: [first, ...others], target: alertTarget(alert) };
    return plan(first, remediations, alert);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { kind: 'error', target: alertTarget(alert), why };
  }
}

/** The rules of the highest priority that match; more than one is a tie. */
export function rulesFor(rulebook: Rulebook, alert: Alert): readonly Rule[] {
  const found: Rule[] = [];
  for (const rule of rulebook.candidates(alert.name)) {
    if (found[0] !== undefined && rule.priority < found[0].priority) break;
    if (ruleMatches(rule, alert)) found.push(rule);
  }
  return found;
}

export function ruleMatches({ when }: Rule, alert: Alert): boolean {
  if (when.source !== null && !when.source.includes(alert.source)) return false;
  return matchesAll(when.match, alert) && !when.not.some((matchers) => matchesAll(matchers, alert));
}

function plan(rule: Rule, remediations: Remediations, alert: Alert): Match {
  const planned: Planned[] = [];
  let target = targetOfRule(rule, alert);
  let why: string | null = null;
  for (const attempt of rule.do) {
    const remediation = remediations.get(attempt.remediation);
    if (remediation === undefined) throw new Error(`The remediation '${attempt.remediation}' is not loaded`);
    const bound = bind(attempt, remediation, alert);
    if ('why' in bound) {
      why ??= `${attempt.remediation}: ${bound.why}`;
      continue;
    }
    if (planned.length === 0 && why === null) target = remediation.target(bound.params);
    planned.push({ remediation: attempt.remediation, params: bound.params });
  }
  // One attempt that does not fit spoils the rule: half a plan was never reviewed by anybody.
  if (why !== null) return { kind: 'invalid', rule, target: target ?? alertTarget(alert), why };
  return { kind: 'rule', rule, target: target ?? alertTarget(alert), plan: planned };
}

/** What the rule itself says about the target; null where it says nothing or the label is missing. */
function targetOfRule({ target }: Rule, alert: Alert): Target | null {
  if (target === null) return null;
  const id = labelValue(alert, target.label);
  return id === '' ? null : { kind: target.kind, id };
}

/** The target of an alert that nothing is acted on for: the alert itself, or what the daemon says its own one is about. */
export function alertTarget({ source, fingerprint, labels }: Alert): Target {
  const { target_kind: kind, target_id: id } = labels;
  if (source === 'remedyd' && kind !== undefined && id !== undefined) return { kind, id };
  return { kind: 'alert', id: `${source}/${fingerprint}` };
}
