import { matchesAll } from '../../rules/matchers/match-labels.ts';
import { type Matcher, printMatcher } from '../../rules/matchers/matcher.ts';
import type { Firing, FiringAlert } from './counted.ts';
import { type Guard, no, yes } from './guard.ts';

/** How soon it is asked whether the dependency has come back. */
const RECHECK = 15_000;

export function firingAlerts(alerts: readonly FiringAlert[], most: number): Firing {
  const known = new Map<readonly Matcher[], FiringAlert | undefined>();
  return {
    tooMany: alerts.length > most,
    count: alerts.length,
    first(matchers) {
      if (!known.has(matchers))
        known.set(
          matchers,
          alerts.find((alert) => matchesAll(matchers, alert)),
        );
      return known.get(matchers);
    },
  };
}

/** While what the target depends on is down, nothing that is done to the target helps. */
export const dependency: Guard = {
  name: 'dependency',
  ask({ limits, now }, { firing }) {
    const { unless = [] } = limits;
    if (unless.length === 0) return yes({});
    for (const matchers of unless) {
      const alert = firing.first(matchers);
      if (alert === undefined) continue;
      const { name, labels } = alert;
      return no('dependency', now + RECHECK, {
        alert: name,
        labels: { ...labels },
        matcher: matchers.map(printMatcher).join(', '),
      });
    }
    const numbers = { entries: unless.length, firing: firing.count };
    return firing.tooMany ? no('dependency', now + RECHECK, { ...numbers, tooMany: true }) : yes(numbers);
  },
};
