import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Fault, sortFaults } from '../config/faults.ts';
import { faultsOf } from '../config/issues.ts';
import { readYaml } from '../config/read-yaml.ts';
import type { YamlFile } from '../config/yaml.ts';
import type { Rulebook } from '../rules/rulebook.ts';
import { checkNames } from './check-names.ts';
import { testsFileSchema, type WrittenAlert, type WrittenStep, type WrittenTest } from './schema.ts';

/** One test with the file it stands in, so that what fails can be shown at its place. */
export interface RuleTest {
  readonly written: WrittenTest;
  /** Those of the file and the test's own, by name. */
  readonly alerts: ReadonlyMap<string, WrittenAlert>;
  readonly yaml: YamlFile;
  /** Of the test in its file. */
  readonly index: number;
}

export interface LoadedTests {
  readonly tests: readonly RuleTest[];
  /** Empty where every file can be run. */
  readonly faults: readonly Fault[];
}

/**
 * Reads every `*.test.yaml` of a folder of rules. Never throws, whatever the files contain: all faults come back at once.
 *
 * @param rulebook null leaves out whether the rules and remediations that tests name exist
 */
export async function loadRuleTests(folder: string, rulebook: Rulebook | null): Promise<LoadedTests> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.test.yaml')).sort();
  const tests: RuleTest[] = [];
  const faults: Fault[] = [];
  for (const name of names) {
    const yaml = await readYaml(join(folder, name));
    if ('faults' in yaml) {
      faults.push(...yaml.faults);
      continue;
    }
    faults.push(...checkNames(yaml, rulebook));
    const parsed = testsFileSchema.safeParse(yaml.value);
    if (!parsed.success) {
      faults.push(...faultsOf(yaml, testsFileSchema, parsed.error.issues));
      continue;
    }
    for (const [index, written] of parsed.data.tests.entries()) {
      const alerts = new Map(Object.entries({ ...parsed.data.alerts, ...written.alerts }));
      const test: RuleTest = { written, alerts, yaml, index };
      faults.push(...checkOrder(test));
      tests.push(test);
    }
  }
  return { tests, faults: sortFaults(faults) };
}

/** Time goes on, so each step lies behind the one above it. */
function checkOrder({ written, yaml, index }: RuleTest): readonly Fault[] {
  const faults: Fault[] = [];
  let before = 0;
  for (const [i, step] of written.steps.entries()) {
    const at = timeOf(step, before);
    const path = ['tests', index, 'steps', i, 'at'];
    if (at < before) faults.push(yaml.fault(path, 'this step lies before the one above', 'put it there'));
    before = Math.max(at, before);
  }
  return faults;
}

/** When a step happens, from the beginning of its test. */
export function timeOf({ at, after = 0 }: WrittenStep, before: number): number {
  return at ?? before + after;
}
