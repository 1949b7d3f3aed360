import type { Alert } from '../domain/alert.ts';
import { type Rulebook, rulesWaitingFor } from '../rules/rulebook.ts';
import { WAKES, type Waking } from '../store/wake.ts';

/**
 * Whom it concerns that these alerts are resolved.
 *
 * @param incidents whether an incident has ended with them
 */
export function wakesAfter(resolved: readonly Alert[], incidents: boolean, rulebook: Rulebook): readonly Waking[] {
  const rules = rulesWaitingFor(rulebook, resolved);
  return [
    ...(incidents ? [WAKES.incidentEnded] : []),
    ...(rules.length > 0 ? [{ ...WAKES.dependencyResolved, rules }] : []),
  ];
}
