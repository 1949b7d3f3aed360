import type { Fault } from './config/faults.ts';
import { loadConfig } from './config/load.ts';
import { wholeFile } from './config/read-yaml.ts';
import type { Variables } from './config/references.ts';
import { type Config, configSchema, windowsOf } from './config/schema.ts';
import { policyNames } from './escalate/config.ts';
import { loadRemediations, type Registry, RemediationFaults } from './remediation/registry.ts';
import { loadRulebook } from './rules/load.ts';
import type { Rulebook } from './rules/rulebook.ts';

export interface CandidateOptions {
  readonly configFile: string;
  readonly env: Variables;
  /** In the place of those that the config names. */
  readonly rulesDir?: string | undefined;
  readonly remediationsDir?: string | undefined;
}

/** A config with its rules and remediations, sound and together, to be tried without starting anything. */
export interface Candidate {
  readonly config: Config;
  readonly rulesDir: string;
  readonly remediations: Registry;
  readonly rulebook: Rulebook;
}

/** Reads what a service would start with, as far as its rules go: neither secrets nor tools have to be there. Never throws. */
export async function loadCandidate(
  options: CandidateOptions,
): Promise<Candidate | { readonly faults: readonly Fault[] }> {
  const { configFile, env } = options;
  const loaded = await loadConfig({ file: configFile, env, schema: configSchema });
  if ('faults' in loaded) return loaded;
  const { config } = loaded;
  const registry = await tryRemediations(options.remediationsDir ?? config.remediations);
  if ('faults' in registry) return registry;
  const { remediations } = registry;
  const rulesDir = options.rulesDir ?? config.rules;
  const rules = await loadRulebook(rulesDir, remediations, windowsOf(config), policyNames(config.escalation));
  if ('faults' in rules) return rules;
  return { config, rulesDir, remediations, rulebook: rules.rulebook };
}

/** The remediations of a folder, or what is wrong with them. */
export async function tryRemediations(
  folder: string,
): Promise<{ readonly remediations: Registry } | { readonly faults: readonly Fault[] }> {
  try {
    return { remediations: await loadRemediations(folder) };
  } catch (error) {
    if (error instanceof RemediationFaults)
      return { faults: error.faults.map(({ where, message, fix }) => wholeFile(where, message, fix)) };
    const why = error instanceof Error ? error.message : String(error);
    const fix = 'create the folder, or correct its path';
    return { faults: [wholeFile(folder, `the remediations cannot be read: ${why}`, fix)] };
  }
}
