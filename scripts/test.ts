/**
 * `npm test`: every stage, one line each, and the count of all tests as the last line.
 *
 *     npm test                      # everything
 *     npm test -- unit              # only stages of these names
 *     npm test -- test/unit/rules   # only tests whose path contains this
 *
 * A stage that fails does not keep the others from running; the whole fails at the end.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensure } from './ensure.ts';

interface Count {
  readonly passed: number;
  readonly failed: number;
}

interface Result {
  readonly ok: boolean;
  /** Only of tests; a stage without tests counts as one failed when it fails. */
  readonly count: Count;
  /** Beside the stage's name: what was found. */
  readonly note: string;
  /** Shown where the stage failed. */
  readonly output: string;
}

interface Stage {
  readonly name: string;
  run(): Promise<Result>;
}

const MINUTE = 60_000;
const NOTHING: Count = { passed: 0, failed: 0 };
const ONE_FAILED: Count = { passed: 0, failed: 1 };

const PROJECTS = ['unit', 'integration', 'e2e'] as const;

const stages: readonly Stage[] = [
  { name: 'programs', run: programs },
  tool('lint', ['node_modules/@biomejs/biome/bin/biome', 'ci', '--colors=off', '.']),
  tool('types', ['node_modules/typescript/bin/tsc', '--noEmit']),
  tool('check', ['src/cli.ts', 'check']),
  ...PROJECTS.map((name): Stage => ({ name, run: () => tests(['--project', name]) })),
];

/** What npm cannot bring. The tests would install it too, but then each of them would wait for it. */
async function programs(): Promise<Result> {
  try {
    const found = await ensure(['redis-server', 'prometheus', 'prometheus-alertmanager'], () => undefined);
    return { ok: true, count: NOTHING, note: Object.keys(found).join(', '), output: '' };
  } catch (error) {
    return { ok: false, count: ONE_FAILED, note: '', output: (error as Error).message };
  }
}

function tool(name: string, args: readonly string[]): Stage {
  return {
    name,
    async run() {
      const { code, output } = await runNode(args, 5 * MINUTE);
      return { ok: code === 0, count: code === 0 ? NOTHING : ONE_FAILED, note: args.join(' '), output };
    },
  };
}

/** What Vitest's JSON reporter writes, as far as it is read here. */
interface Report {
  readonly success: boolean;
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly testResults: readonly { readonly status: string; readonly assertionResults: readonly unknown[] }[];
}

async function tests(args: readonly string[]): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'remedyd-test-'));
  try {
    const file = join(folder, 'report.json');
    const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--reporter=dot', '--reporter=json', ...args];
    const { code, output } = await runNode([...vitest, `--outputFile.json=${file}`], 12 * MINUTE);
    const report = await readReport(file);
    if (report === null) return { ok: false, count: ONE_FAILED, note: 'Vitest wrote no report', output };
    // A file that does not even load holds no test that could fail.
    const broken = report.testResults.filter((one) => one.status === 'failed' && one.assertionResults.length === 0);
    const failed = report.numFailedTests + broken.length;
    const ok = code === 0 && report.success && failed === 0;
    const skipped = report.numPendingTests === 0 ? '' : `, ${report.numPendingTests} skipped`;
    return {
      ok,
      // An error outside of every test fails the run as well.
      count: { passed: report.numPassedTests, failed: ok ? 0 : Math.max(1, failed) },
      note: `${report.numPassedTests} passed, ${failed} failed${skipped}`,
      output,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function readReport(file: string): Promise<Report | null> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Report;
  } catch {
    return null;
  }
}

/** Runs a script on the very Node that runs this one; npm puts the right one first on PATH, whatever is installed. */
async function runNode(args: readonly string[], limit: number): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, [...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    env: { ...process.env, FORCE_COLOR: '0', NO_COLOR: '1' },
  });
  // Vitest's workers and what they started are of the same group, and end with it.
  const end = () => child.pid !== undefined && child.exitCode === null && process.kill(-child.pid, 'SIGKILL');
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const timer = setTimeout(() => {
    output += `\nended after ${limit / MINUTE} minutes without a result\n`;
    end();
  }, limit);
  const stop = () => {
    end();
    process.exit(130);
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop);
  const code = await new Promise<number | null>((resolve) => {
    child.once('error', (error) => {
      output += error.message;
      resolve(null);
    });
    child.once('close', resolve);
  });
  clearTimeout(timer);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, stop);
  return { code, output };
}

/** All of them; or those that are named; or the tests of a path, with whatever else Vitest takes. */
function chosen(args: readonly string[]): readonly Stage[] {
  if (args.length === 0) return stages;
  const named = stages.filter((stage) => args.includes(stage.name));
  if (named.length === args.length) return named;
  return [{ name: args.join(' '), run: () => tests(args) }];
}

let passed = 0;
let failed = 0;
let ok = true;
for (const stage of chosen(process.argv.slice(2))) {
  const begun = performance.now();
  const result = await stage.run();
  const seconds = ((performance.now() - begun) / 1_000).toFixed(1);
  if (!result.ok) console.log(result.output.trimEnd());
  console.log(`${result.ok ? 'ok    ' : 'FAILED'}  ${stage.name.padEnd(12)} ${seconds.padStart(6)} s   ${result.note}`);
  passed += result.count.passed;
  failed += result.count.failed;
  ok &&= result.ok;
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = ok ? 0 : 1;
