import { loadCandidate } from '../candidate.ts';
import { type Fault, formatFaults } from '../config/faults.ts';
import { readEnvironment } from '../config/load.ts';
import { settingsOf } from '../engine/settings.ts';
import { printFailure } from '../ruletest/print.ts';
import { type Ran, runAll } from '../ruletest/run-all.ts';

export interface TestOptions {
  readonly remediations?: string;
  readonly filter?: string;
  readonly json?: boolean;
}

/** Runs the tests of rules. Exit code 1 where one failed, where a file cannot be read, or where there is none. */
export async function test(dir: string | undefined, options: TestOptions): Promise<0 | 1> {
  const { configFile, variables } = readEnvironment();
  const began = performance.now();
  const candidate = await loadCandidate({
    configFile,
    env: variables,
    rulesDir: dir,
    remediationsDir: options.remediations,
  });
  if ('faults' in candidate) return report({ faults: candidate.faults, results: [], untested: null }, 0, options);
  const { config, rulesDir } = candidate;
  const loaded = performance.now();
  const ran = await runAll(rulesDir, { ...candidate, settings: settingsOf(config) }, options.filter ?? null);
  const took = { load: Math.round(loaded - began), run: Math.round(performance.now() - loaded) };
  return report(ran, took.run, options);
}

function report(ran: Ran, ms: number, { json }: TestOptions): 0 | 1 {
  const { faults, results, untested } = ran;
  const failed = results.filter(({ missed }) => missed.length > 0);
  const ok = faults.length === 0 && failed.length === 0 && results.length > 0;
  process.stdout.write(json === true ? `${JSON.stringify(asJson(ran, ms))}\n` : asText());
  return ok ? 0 : 1;

  function asText(): string {
    if (faults.length > 0) return `${formatFaults(faults)}\n${faults.length} faults; nothing was run.\n`;
    if (results.length === 0)
      return 'There is no such test. Tests stand beside the rules, in files named *.test.yaml.\n';
    const without = untested === null || untested.length === 0 ? '' : `Rules without a test: ${untested.join(', ')}.\n`;
    const passed = results.length - failed.length;
    const total = `${passed} passed, ${failed.length} failed, in ${ms} ms.\n`;
    return `${failed.map(printFailure).join('\n')}${without}${total}`;
  }
}

function asJson({ faults, results, untested }: Ran, ms: number): object {
  return {
    faults,
    passed: results.filter(({ missed }) => missed.length === 0).length,
    failed: results.filter(({ missed }) => missed.length > 0).length,
    ms,
    untested,
    tests: results.map(({ test: { written, yaml, index }, missed, lines }) => {
      const { file, line }: Fault = yaml.fault(['tests', index, 'name'], '', '');
      const ok = missed.length === 0;
      const misses = missed.map(({ at, path, expected, found, about }) => ({
        line: at.line,
        column: at.column,
        what: path.join('.'),
        expected,
        found,
        about,
      }));
      return { name: written.name, file, line, ok, missed: misses, ...(ok ? {} : { story: lines }) };
    }),
  };
}
