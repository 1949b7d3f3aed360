import { type Labels, type Target, targetKey } from '../domain/alert.ts';
import { labelValue, type Matchable, matchesAll } from '../rules/matchers/match-labels.ts';
import type { Rulebook } from '../rules/rulebook.ts';
import type { NewAlert } from '../store/new-alerts.ts';
import type { DependsOn } from './config.ts';

/** What a run acted on, and what its incident is about. */
export interface Acted {
  readonly targets: readonly Target[];
  /** The alerts of the incident. */
  readonly alerts: readonly Matchable[];
}

/** A new alert that speaks against a run. */
export interface Witness {
  readonly name: string;
  readonly labels: Labels;
  readonly source: string;
  readonly incident: string | null;
  readonly openedAt: number;
  /** `target`: on what was acted on. `rule`: its rule waits for the incident's alerts. `config`: `depends_on` says so. */
  readonly because: 'target' | 'rule' | 'config';
}

/**
 * Which of the new alerts are on the target, or on what depends on it. Two places say what depends on what: a rule whose
 * `unless` matches an alert of the incident, and `depends_on` of the config.
 *
 * @param fresh alerts that began after the run's first change and still fire
 */
export function witnesses(
  fresh: readonly NewAlert[],
  { targets, alerts }: Acted,
  rulebook: Rulebook,
  dependsOn: DependsOn,
): readonly Witness[] {
  const keys = new Set(targets.map(targetKey));
  const dependent = new Set(
    rulebook.rules
      .filter(({ guards }) => guards.unless.some((matchers) => alerts.some((alert) => matchesAll(matchers, alert))))
      .map(({ name }) => name),
  );
  const because = (alert: NewAlert): Witness['because'] | null => {
    if (alert.target !== null && keys.has(targetKey(alert.target))) return 'target';
    if (alert.rule !== null && dependent.has(alert.rule)) return 'rule';
    return dependsOn.some(({ match, on }) => matchesAll(match, alert) && keys.has(targetKey(named(on, alert))))
      ? 'config'
      : null;
  };
  return fresh.flatMap((alert) => {
    const why = because(alert);
    if (why === null) return [];
    const { name, labels, source, incidentId: incident, openedAt } = alert;
    return [{ name, labels, source, incident, openedAt, because: why }];
  });
}

function named({ kind, id, label }: DependsOn[number]['on'], alert: Matchable): Target {
  return { kind, id: id ?? labelValue(alert, label ?? '') };
}

const MOST_NAMED = 5;

/** What speaks against a run, in one sentence for the page: `2 new alerts since its first change: WorkerDown, PortClosed`. */
export function sayWitnesses(found: readonly Witness[]): string {
  const names = [...new Set(found.map(({ name }) => name))];
  const more = names.length > MOST_NAMED ? ` and ${names.length - MOST_NAMED} more kinds` : '';
  const count = `${found.length} new ${found.length === 1 ? 'alert' : 'alerts'}`;
  return `${count} since its first change: ${names.slice(0, MOST_NAMED).join(', ')}${more}`;
}
