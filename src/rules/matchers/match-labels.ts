import type { Alert } from '../../domain/alert.ts';
import type { Matcher } from './matcher.ts';

/** What matchers are asked about. */
export type Matchable = Pick<Alert, 'name' | 'labels'>;

/** The value of a label for a matcher; `alertname` is the alert's name, whichever source it came from. */
export function labelValue({ name, labels }: Matchable, label: string): string {
  if (label === 'alertname') return name;
  return Object.hasOwn(labels, label) ? (labels[label] ?? '') : '';
}

/** Whether every matcher agrees. */
export function matchesAll(matchers: readonly Matcher[], alert: Matchable): boolean {
  return matchers.every((matcher) => matcher.test(labelValue(alert, matcher.name)));
}
