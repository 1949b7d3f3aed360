import type { Fault } from '../config/faults.ts';
import { loadRuleTests, type RuleTest } from './load.ts';
import { runTest, type TestParts, type TestResult } from './run-test.ts';

export interface Ran {
  /** Of the files of tests; where there is one nothing was run. */
  readonly faults: readonly Fault[];
  readonly results: readonly TestResult[];
  /** Rules that no test looks at; null where only some of the tests were run. */
  readonly untested: readonly string[] | null;
}

/**
 * Runs the tests of a folder of rules, one after another.
 *
 * @param filter only tests in whose name or file this stands; case does not count
 */
export async function runAll(folder: string, parts: TestParts, filter: string | null): Promise<Ran> {
  const { tests, faults } = await loadRuleTests(folder, parts.rulebook);
  if (faults.length > 0) return { faults, results: [], untested: null };
  const wanted = filter === null ? tests : tests.filter((test) => isMeant(test, filter.toLowerCase()));
  const results: TestResult[] = [];
  for (const test of wanted) results.push(await runTest(test, parts));
  const covered = new Set(results.flatMap(({ covers }) => [...covers]));
  const untested = parts.rulebook.rules.map(({ name }) => name).filter((name) => !covered.has(name));
  return { faults, results, untested: filter === null ? untested.sort() : null };
}

function isMeant({ written, yaml }: RuleTest, filter: string): boolean {
  return written.name.toLowerCase().includes(filter) || yaml.file.toLowerCase().includes(filter);
}
