import type { Remediation } from '../remediation/define.ts';
import type { Mode, Rule } from '../rules/rule.ts';
import type { Share } from './share.ts';

/** What was measured of a rule. */
export interface RuleFigures {
  /** Judged runs of which the heal held. */
  readonly held: Share;
  /** Observed incidents that cleared by themselves before a person would have been paged. */
  readonly selfCleared: Share;
}

/** How much has to be counted before it says something. */
export interface Enough {
  readonly runs: number;
  readonly observed: number;
}

/**
 * The mode that a rule has earned, if it is more than it has: one step at a time, and only a person takes it.
 *
 * Its runs must help more often than waiting does, beyond doubt: the lower end of the held rate's interval above the upper
 * end of the self-clear rate's, with enough counted on both sides. A rule that only observes has no runs that could be judged;
 * it is proposed once most of its incidents surely do not clear by themselves, because a rule that asks changes nothing unseen.
 */
export function earnedMode(mode: Mode, { held, selfCleared }: RuleFigures, enough: Enough): Mode | null {
  if (mode === 'auto' || selfCleared.of < enough.observed) return null;
  if (mode === 'observe' && held.of === 0) return selfCleared.high < 0.5 ? 'propose' : null;
  if (held.of < enough.runs || held.low <= selfCleared.high) return null;
  return mode === 'observe' ? 'propose' : 'auto';
}

/** Whether a rule would act without asking if its mode were `auto`: by nothing that a person must approve anyway. */
export function couldAct(
  { approval, do: attempts }: Pick<Rule, 'approval' | 'do'>,
  remediations: ReadonlyMap<string, Pick<Remediation, 'risk'>>,
): boolean {
  const risks = attempts.map(({ remediation }) => remediations.get(remediation)?.risk);
  return approval === null && risks.some((risk) => risk !== undefined && risk !== 'high');
}
