import { hashOf } from './hash.ts';
import { type Matchable, matchesAll } from './matchers/match-labels.ts';
import type { Rule } from './rule.ts';

/** All rules that are in force, looked up fast. */
export interface Rulebook {
  /** Equal for equal rules, whatever the comments and the order in the files. */
  readonly version: string;
  readonly rules: readonly Rule[];
  get(name: string): Rule | undefined;
  /** The rules that could match an alert of this name, highest priority first. */
  candidates(alertName: string): readonly Rule[];
}

/**
 * Makes a rulebook. Most rules name their alerts, so they are filed under those names: an alert is compared with the few
 * rules that know its name and those that take any, and a storm of ten thousand costs no more than its alerts.
 */
export function createRulebook(rules: readonly Rule[]): Rulebook {
  const ordered = [...rules].sort((a, b) => b.priority - a.priority || (a.name < b.name ? -1 : 1));
  const byName = new Map(ordered.map((rule) => [rule.name, rule]));
  const filed = ordered.map((rule) => ({ rule, names: alertNames(rule) }));
  const anyName = filed.filter(({ names }) => names === null).map(({ rule }) => rule);
  const byAlert = new Map<string, readonly Rule[]>();
  for (const name of new Set(filed.flatMap(({ names }) => names ?? []))) {
    byAlert.set(
      name,
      filed.filter(({ names }) => names === null || names.includes(name)).map(({ rule }) => rule),
    );
  }
  return Object.freeze({
    version: hashOf(ordered.map(({ name, hash }) => [name, hash]).sort()),
    rules: ordered,
    get: (name: string) => byName.get(name),
    candidates: (alertName: string) => byAlert.get(alertName) ?? anyName,
  });
}

/** The rules that one of these alerts may hold back by their `unless`. */
export function rulesWaitingFor({ rules }: Rulebook, alerts: readonly Matchable[]): readonly string[] {
  return rules
    .filter(({ guards }) => guards.unless.some((entry) => alerts.some((alert) => matchesAll(entry, alert))))
    .map(({ name }) => name);
}

/** The names that a rule's own matchers leave possible, or null where it could be any. */
function alertNames({ when }: Rule): readonly string[] | null {
  for (const { name, only } of when.match) {
    if (name === 'alertname' && only !== null) return only;
  }
  return null;
}
