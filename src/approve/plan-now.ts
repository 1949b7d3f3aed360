import type { Incident } from '../domain/incident.ts';
import type { Remediation } from '../remediation/define.ts';
import type { Matchable } from '../rules/matchers/match-labels.ts';
import { planFor } from '../rules/plan.ts';
import type { Rulebook } from '../rules/rulebook.ts';
import type { PlanNow } from './judge.ts';

/**
 * What would be run about an incident at this moment, with which an answer is compared. Never throws.
 *
 * @param alert the first of its alerts, those that fire before those that have ended
 */
export function planNow(
  rulebook: Rulebook,
  remediations: ReadonlyMap<string, Remediation>,
  incident: Pick<Incident, 'rule' | 'attempt'>,
  alert: Matchable | undefined,
): PlanNow {
  const rule = rulebook.get(incident.rule);
  if (rule === undefined) return { why: `the rule '${incident.rule}' is gone` };
  if (alert === undefined) return { why: 'its alert is gone' };
  try {
    const planned = planFor(rule, incident.attempt, alert, remediations);
    if ('plan' in planned) return planned;
    return { why: `there is nothing to run any more (${planned.why})` };
  } catch (error) {
    return { why: `it cannot be told what would be run: ${error instanceof Error ? error.message : String(error)}` };
  }
}
