import type { Fault } from '../config/faults.ts';
import { suggest } from '../config/nearest.ts';
import type { Rule } from './rule.ts';
import type { Rulebook } from './rulebook.ts';

/** The names that rules may use and that the config defines. */
export interface ConfigNames {
  readonly policies: Iterable<string>;
  readonly approvers: Iterable<string>;
  readonly windows: Iterable<string>;
}

/** Finds rules that name an escalation policy, a group of approvers or a time window that the config does not have. */
export function crossCheck(rulebook: Rulebook, names: ConfigNames): readonly Fault[] {
  const policies = [...names.policies];
  const approvers = [...names.approvers];
  const windows = ['always', ...names.windows];
  return rulebook.rules.flatMap((rule) => [
    ...known(rule, 'escalation policy', rule.escalate?.policy ?? null, policies),
    ...known(rule, 'group of approvers', rule.approval?.from ?? null, approvers),
    ...known(rule, 'time window', rule.guards.window, windows),
  ]);
}

function known(rule: Rule, what: string, name: string | null, names: readonly string[]): readonly Fault[] {
  if (name === null || names.includes(name)) return [];
  return [
    { ...rule.origin, message: `rule '${rule.name}': the config has no ${what} '${name}'`, fix: suggest(name, names) },
  ];
}
