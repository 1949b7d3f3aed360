import type { Fault } from '../config/faults.ts';
import { suggest } from '../config/nearest.ts';
import type { YamlFile } from '../config/yaml.ts';
import { UNMATCHED } from '../rules/rule.ts';
import type { Rulebook } from '../rules/rulebook.ts';

type Path = readonly PropertyKey[];
type Names = readonly string[] | null;

/**
 * What the schema of tests cannot see: whether the alerts, rules and remediations exist that they name. It reads what was
 * written, not what passed the schema, so that one fault does not hide the next.
 *
 * @param rulebook null where the rules are faulty themselves; then only alerts are checked
 */
export function checkNames(yaml: YamlFile, rulebook: Rulebook | null): readonly Fault[] {
  const faults: Fault[] = [];
  const rules: Names = rulebook === null ? null : [...rulebook.rules.map(({ name }) => name), UNMATCHED];
  const remediations: Names =
    rulebook === null ? null : [...new Set(rulebook.rules.flatMap((rule) => rule.do.map((one) => one.remediation)))];
  const shared = keysOf(member(yaml.value, 'alerts'));
  for (const [t, test] of listOf(member(yaml.value, 'tests'))) {
    const own: Path = ['tests', t];
    const alerts = [...shared, ...keysOf(member(test, 'alerts'))];
    for (const [i, name] of listOf(member(test, 'rules'))) check('rule', rules, name, [...own, 'rules', i]);
    for (const [i, step] of listOf(member(test, 'steps'))) checkStep(step, [...own, 'steps', i], alerts);
  }
  return faults;

  function checkStep(step: unknown, path: Path, alerts: readonly string[]): void {
    for (const [key, names] of [
      ['fires', alerts],
      ['resolves', [...alerts, 'all']],
    ] as const)
      for (const [where, one] of oneOrMore(member(step, key), [...path, key])) check('alert', names, one, where);
    for (const key of ['run', 'probe'])
      check('remediation', remediations, member(step, key, 'of'), [...path, key, 'of']);
    for (const key of ['pause', 'resume', 'approve', 'deny', 'ack'])
      check('rule', rules, member(step, key, 'rule'), [...path, key, 'rule']);
    for (const [where, one] of oneOrMore(member(step, 'expect'), [...path, 'expect'])) {
      check('rule', rules, member(one, 'rule'), [...where, 'rule']);
      if (member(one, 'run') !== 'none') check('remediation', remediations, member(one, 'run'), [...where, 'run']);
      for (const [i, run] of listOf(member(one, 'runs')))
        check('remediation', remediations, run, [...where, 'runs', i]);
    }
  }

  function check(what: string, names: Names, name: unknown, path: Path): void {
    if (names === null || typeof name !== 'string' || names.includes(name)) return;
    faults.push(yaml.fault(path, `there is no ${what} '${name}'`, suggest(name, names)));
  }
}

function member(value: unknown, ...keys: readonly string[]): unknown {
  let found = value;
  for (const key of keys) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, key)) return undefined;
    found = (found as Readonly<Record<string, unknown>>)[key];
  }
  return found;
}

function listOf(value: unknown): readonly (readonly [number, unknown])[] {
  return Array.isArray(value) ? [...value.entries()] : [];
}

function oneOrMore(value: unknown, path: Path): readonly (readonly [Path, unknown])[] {
  return Array.isArray(value) ? listOf(value).map(([i, one]) => [[...path, i], one]) : [[path, value]];
}

function keysOf(value: unknown): readonly string[] {
  return typeof value === 'object' && value !== null ? Object.keys(value) : [];
}
