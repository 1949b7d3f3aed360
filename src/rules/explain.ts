import type { Alert } from '../domain/alert.ts';
import { labelValue, matchesAll } from './matchers/match-labels.ts';
import { printMatcher } from './matchers/matcher.ts';
import type { Mode, Rule } from './rule.ts';
import type { Rulebook } from './rulebook.ts';

/** What one rule says to an alert. */
export interface RuleAnswer {
  readonly rule: string;
  readonly matches: boolean;
  /** The first thing in `when` that does not fit, with what the alert has instead; null where all fits. */
  readonly mismatch: string | null;
  /** How many things do not fit. */
  readonly mismatches: number;
  readonly priority: number;
  readonly mode: Mode;
  /** Where the rule is written: `rules/phones.yaml:12`. */
  readonly origin: string;
}

/**
 * Asks every rule about an alert: those that match first, by priority, then the others, the nearest miss first. Pure.
 */
export function explainRules({ rules }: Pick<Rulebook, 'rules'>, alert: Alert): readonly RuleAnswer[] {
  return rules
    .map((rule): RuleAnswer => {
      const found = mismatchesOf(rule, alert);
      return {
        rule: rule.name,
        matches: found.length === 0,
        mismatch: found[0] ?? null,
        mismatches: found.length,
        priority: rule.priority,
        mode: rule.mode,
        origin: `${rule.origin.file}:${rule.origin.line}`,
      };
    })
    .sort((a, b) => a.mismatches - b.mismatches || b.priority - a.priority || (a.rule < b.rule ? -1 : 1));
}

function mismatchesOf({ when }: Rule, alert: Alert): string[] {
  const source =
    when.source === null || when.source.includes(alert.source)
      ? []
      : [`source is ${alert.source}, and the rule wants ${when.source.join(' or ')}`];
  const labels = when.match
    .filter((matcher) => !matcher.test(labelValue(alert, matcher.name)))
    .map((matcher) => `${printMatcher(matcher)}: ${has(alert, matcher.name)}`);
  const not = when.not
    .filter((matchers) => matchesAll(matchers, alert))
    .map((matchers) => `it is excluded by not: ${matchers.map(printMatcher).join(', ')}`);
  return [...source, ...labels, ...not];
}

function has(alert: Alert, label: string): string {
  const value = labelValue(alert, label);
  return value === '' ? `the alert has no label ${label}` : `the alert has ${JSON.stringify(value)}`;
}
