import { join } from 'node:path';
import { tryRemediations } from './candidate.ts';
import { type Fault, sortFaults } from './config/faults.ts';
import { loadConfig } from './config/load.ts';
import { suggest } from './config/nearest.ts';
import { readYaml, wholeFile } from './config/read-yaml.ts';
import type { Variables } from './config/references.ts';
import { approversOf, type Config, configSchema, windowsOf } from './config/schema.ts';
import type { Clock } from './domain/time.ts';
import { policyNames } from './escalate/config.ts';
import { checkNeeds, checkSettings, type Registry, type RemediationFault } from './remediation/registry.ts';
import { loadRulebook } from './rules/load.ts';
import type { Rulebook } from './rules/rulebook.ts';
import { loadRuleTests } from './ruletest/load.ts';
import { createToolbox } from './tools/toolbox.ts';

export interface CheckOptions {
  readonly configFile: string;
  readonly env: Variables;
  readonly clock: Clock;
  /** In the place of those that the config names. */
  readonly rulesDir?: string | undefined;
  readonly remediationsDir?: string | undefined;
}

export interface Checked {
  /** Empty where the service would start. */
  readonly faults: readonly Fault[];
  readonly remediations: number;
  readonly rules: number;
  /** Tests of the rules; they are read, not run. */
  readonly tests: number;
}

/**
 * Checks the config, the remediations and the rules, each as far as the others allow: a fault in one does not hide those of
 * the next. Starts nothing and changes nothing.
 */
export async function checkAll(options: CheckOptions): Promise<Checked> {
  const { configFile, env, clock } = options;
  const loaded = await loadConfig({ file: configFile, env, schema: configSchema });
  const config = 'faults' in loaded ? null : loaded.config;
  const faults: Fault[] = 'faults' in loaded ? [...loaded.faults] : [];

  const folder = options.remediationsDir ?? config?.remediations ?? 'remediations';
  const found = await tryRemediations(folder);
  const registry = 'faults' in found ? null : found.remediations;
  if ('faults' in found) faults.push(...found.faults);
  if (config !== null && registry !== null)
    faults.push(...(await checkTogether(configFile, config, folder, registry, clock)));

  const rulesDir = options.rulesDir ?? config?.rules ?? 'rules';
  const rules = await loadRulebook(
    rulesDir,
    registry,
    config && windowsOf(config),
    config && policyNames(config.escalation),
    config && approversOf(config),
  );
  if ('faults' in rules) faults.push(...rules.faults);
  else if (config !== null) faults.push(...(await checkMaintenance(configFile, config, rules.rulebook)));
  const tests = await loadRuleTests(rulesDir, 'faults' in rules ? null : rules.rulebook);
  faults.push(...tests.faults);
  return {
    faults: sortFaults(faults),
    remediations: registry?.size ?? 0,
    rules: 'faults' in rules ? 0 : rules.rulebook.rules.length,
    tests: tests.tests.length,
  };
}

/** A maintenance of a rule that does not exist would hold nothing back, and nobody would see it before the night. */
async function checkMaintenance(configFile: string, config: Config, rulebook: Rulebook): Promise<readonly Fault[]> {
  const names = rulebook.rules.map(({ name }) => name);
  const unknown = config.maintenance.flatMap(({ rules }, i) =>
    (rules ?? []).flatMap((name, j) => (names.includes(name) ? [] : [{ name, path: ['maintenance', i, 'rules', j] }])),
  );
  if (unknown.length === 0) return [];
  const yaml = await readYaml(configFile);
  return unknown.map(({ name, path }) => {
    const [message, fix] = [`there is no rule '${name}'`, suggest(name, names)];
    return 'faults' in yaml ? wholeFile(configFile, message, fix) : yaml.fault(path, message, fix);
  });
}

/** What neither the config nor a remediation can know of itself: whether its tools and its settings are there. */
async function checkTogether(
  configFile: string,
  config: Config,
  folder: string,
  registry: Registry,
  clock: Clock,
): Promise<readonly Fault[]> {
  const toolbox = createToolbox(config.tools, clock);
  const needs = checkNeeds(registry, toolbox.available);
  await toolbox.close();
  const yaml = await readYaml(configFile);
  const placed = ({ where, message, fix }: RemediationFault): Fault => {
    const text = `${where}: ${message}`;
    return 'faults' in yaml ? wholeFile(configFile, text, fix) : yaml.fault(where.split('.'), text, fix);
  };
  return [
    ...needs.map(({ where, message, fix }) => wholeFile(join(folder, `${where}.ts`), message, fix)),
    ...checkSettings(registry, config.settings).map(placed),
  ];
}
