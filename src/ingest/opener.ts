import type { Alert } from '../domain/alert.ts';
import type { Millis } from '../domain/time.ts';
import type { Remediations } from '../rules/bind.ts';
import { alertTarget, matchAlert } from '../rules/match.ts';
import { UNMATCHED } from '../rules/rule.ts';
import type { Rulebook } from '../rules/rulebook.ts';
import type { Opener, Opening } from './opening.ts';

/**
 * Finds out by the rules what an alert opens. What no rule takes, what two rules take and what cannot be matched opens
 * as `unmatched` on the alert itself, with a deadline like everything else; the decision about it comes later.
 *
 * @param deadline how long healing may take where the rule does not say
 */
export function openerFor(rulebook: Rulebook, remediations: Remediations, deadline: Millis): Opener {
  return (alert: Alert): Opening => {
    const severity = alert.severity ?? 'medium';
    const unmatched: Opening = { rule: UNMATCHED, target: alertTarget(alert), severity, deadline };
    // A test must not even join the open incident of the real thing.
    if (alert.test !== null) return unmatched;
    const match = matchAlert(rulebook, remediations, alert);
    if (match.kind !== 'rule' && match.kind !== 'invalid') return unmatched;
    const { rule, target } = match;
    return { rule: rule.name, target, severity: rule.severity ?? severity, deadline: rule.escalate?.after ?? deadline };
  };
}
