import { parseDuration } from '../domain/duration.ts';
import type { Millis } from '../domain/time.ts';
import type { Remediation } from '../remediation/define.ts';
import type { Rule } from '../rules/rule.ts';

export interface Timing {
  /** How long the world gets to become healthy. */
  readonly within: Millis;
  /** Between two looks. */
  readonly every: Millis;
  /** How long it must stay healthy, and the alert gone. */
  readonly holdFor: Millis;
}

/** Nobody can look any more, so nothing is waited for. */
const GONE: Timing = { within: 0, every: 10_000, holdFor: 0 };

/**
 * How long a verification takes. Whoever wrote the rule knows the alert's own rhythm and has the last word; the rest is as
 * the author of the remediation thought right. Either may be gone: rules and remediations change while runs are verified.
 */
export function timingOf(remediation: Remediation | undefined, rule: Rule | undefined): Timing {
  if (remediation === undefined) return GONE;
  const { within, every, holdFor } = remediation.verify;
  return {
    within: rule?.verify.within ?? parseDuration(within),
    every: rule?.verify.every ?? parseDuration(every),
    holdFor: rule?.verify.hold ?? parseDuration(holdFor),
  };
}
