import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Fault, sortFaults } from '../config/faults.ts';
import { faultsOf } from '../config/issues.ts';
import { readYaml, wholeFile } from '../config/read-yaml.ts';
import type { YamlFile } from '../config/yaml.ts';
import type { Remediations } from './bind.ts';
import { type Approvers, checkApproval } from './check-approval.ts';
import { checkPolicy } from './check-policy.ts';
import { checkRule, checkWindow, type Windows } from './check-rule.ts';
import { compileRule } from './compile.ts';
import { hashOf } from './hash.ts';
import type { Rule } from './rule.ts';
import { createRulebook, type Rulebook } from './rulebook.ts';
import { rulesFileSchema } from './schema.ts';

export type LoadedRules = { readonly rulebook: Rulebook } | { readonly faults: readonly Fault[] };

/** Where a name was first used, for the message at its second use. */
type Names = Map<string, string>;

/**
 * Reads every `*.yaml` of a folder but the rules' own tests (`*.test.yaml`), and checks the rules against the remediations.
 * Never throws, whatever the files contain: either every rule is sound, or every fault comes back at once.
 *
 * @param remediations null checks everything but them, for a check whose remediations did not load themselves
 * @param windows names of the config's time intervals; null does not check them, for the same reason
 * @param policies names of the config's escalation policies; null does not check them
 * @param approvers who may answer, by the config; null does not check it
 */
export async function loadRulebook(
  folder: string,
  remediations: Remediations | null,
  windows: Windows | null,
  policies: readonly string[] | null = null,
  approvers: Approvers | null = null,
): Promise<LoadedRules> {
  const faults: Fault[] = [];
  const rules: Rule[] = [];
  const names: Names = new Map();
  for (const file of await list(folder, faults)) {
    const yaml = await readYaml(file);
    if ('faults' in yaml) faults.push(...yaml.faults);
    else rules.push(...readRules(yaml, { remediations, windows, policies, approvers }, names, faults));
  }
  const rulebook = createRulebook(rules);
  if (faults.length === 0) faults.push(...checkAllClears(rulebook));
  return faults.length > 0 ? { faults: sortFaults(faults) } : { rulebook };
}

/** An all-clear that no rule takes would be given to nobody, and what was changed would stay. */
function checkAllClears(rulebook: Rulebook): readonly Fault[] {
  return rulebook.rules.flatMap((rule) =>
    rule.do.flatMap(({ allClear }) => {
      if (allClear === undefined || rulebook.candidates(allClear.raise).length > 0) return [];
      const message = `no rule takes the alert '${allClear.raise}' that '${rule.name}' raises when all is clear`;
      const fix = `add a rule that matches alertname="${allClear.raise}", or correct all_clear.raise`;
      return [{ ...rule.origin, message, fix }];
    }),
  );
}

async function list(folder: string, faults: Fault[]): Promise<readonly string[]> {
  try {
    const names = (await readdir(folder)).sort();
    for (const name of names.filter((name) => name.endsWith('.yml'))) {
      faults.push(
        wholeFile(join(folder, name), 'a rule file ends in .yaml, so this one would not be read', 'rename it'),
      );
    }
    return names
      .filter((name) => name.endsWith('.yaml') && !name.endsWith('.test.yaml'))
      .map((name) => join(folder, name));
  } catch (error) {
    faults.push(
      wholeFile(folder, `the folder of rules cannot be read: ${say(error)}`, 'create it, or correct the path'),
    );
    return [];
  }
}

/** What the rules are checked against; null is not. */
interface Against {
  readonly remediations: Remediations | null;
  readonly windows: Windows | null;
  readonly policies: readonly string[] | null;
  readonly approvers: Approvers | null;
}

function readRules(
  yaml: YamlFile,
  { remediations, windows, policies, approvers }: Against,
  names: Names,
  faults: Fault[],
): readonly Rule[] {
  const parsed = rulesFileSchema.safeParse(yaml.value);
  if (!parsed.success) faults.push(...faultsOf(yaml, rulesFileSchema, parsed.error.issues));
  const written = writtenRules(yaml.value);
  for (const [i, rule] of written.entries()) {
    if (remediations !== null) faults.push(...checkRule(yaml, ['rules', i], rule, remediations));
    if (windows !== null) faults.push(...checkWindow(yaml, ['rules', i], rule, windows));
    if (policies !== null) faults.push(...checkPolicy(yaml, ['rules', i], rule, policies));
    if (approvers !== null) faults.push(...checkApproval(yaml, ['rules', i], rule, approvers, remediations));
    faults.push(...checkName(yaml, i, rule, names));
  }
  if (!parsed.success) return [];
  return parsed.data.rules.map((rule, i) => {
    const { file, line, column } = yaml.fault(['rules', i], '', '');
    return compileRule(rule, hashOf(written[i]), { file, line, column });
  });
}

function checkName(yaml: YamlFile, index: number, rule: unknown, names: Names): readonly Fault[] {
  const name = typeof rule === 'object' && rule !== null && 'name' in rule ? rule.name : undefined;
  if (typeof name !== 'string') return [];
  const here = yaml.fault(['rules', index, 'name'], '', '');
  const first = names.get(name);
  if (first === undefined) {
    names.set(name, `${here.file}:${here.line}`);
    return [];
  }
  return [{ ...here, message: `there is a rule '${name}' already, at ${first}`, fix: 'give one of them another name' }];
}

function writtenRules(value: unknown): readonly unknown[] {
  const rules = typeof value === 'object' && value !== null && 'rules' in value ? value.rules : undefined;
  return Array.isArray(rules) ? rules : [];
}

function say(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
