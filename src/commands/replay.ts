import { type Candidate, loadCandidate } from '../candidate.ts';
import { type Fault, formatFaults } from '../config/faults.ts';
import { readEnvironment } from '../config/load.ts';
import { parseDuration } from '../domain/duration.ts';
import { systemClock } from '../domain/time.ts';
import { settingsOf } from '../engine/settings.ts';
import { outcomeJson, printOutcome } from '../replay/print.ts';
import { showProgress } from '../replay/progress.ts';
import { replay } from '../replay/replay.ts';
import type { SideParts } from '../replay/side.ts';
import { DIFFERENCES, type Difference } from '../replay/summary.ts';
import { historySize, readHistory } from '../store/history.ts';
import { beside } from './beside.ts';

export interface ReplayOptions {
  readonly since: string;
  readonly rules?: string;
  readonly config?: string;
  readonly population: string;
  readonly failOn?: string;
  readonly json?: boolean;
}

/** As far as most cooldowns and budgets look back; what is recorded from before `--since` fills them. */
const BEFORE = 86_400_000;

/** Takes the recorded alerts through other rules. Exit code 1 on a difference that `--fail-on` names, 2 on wrong use. */
export async function replayCommand(options: ReplayOptions): Promise<0 | 1 | 2> {
  const wrong = wrongUse(options);
  if (wrong !== null) {
    process.stderr.write(`${wrong}\n`);
    return 2;
  }
  const { configFile, variables } = readEnvironment();
  const now = await loadCandidate({ configFile, env: variables });
  if ('faults' in now) return refuse('The rules that are in force', now.faults);
  const other = options.rules !== undefined || options.config !== undefined;
  const candidate = other
    ? await loadCandidate({ configFile: options.config ?? configFile, env: variables, rulesDir: options.rules })
    : null;
  if (candidate !== null && 'faults' in candidate) return refuse('The candidate', candidate.faults);

  const began = performance.now();
  const until = systemClock.now();
  const from = until - parseDuration(options.since);
  const { replayed, recorded } = await beside(async (db) => {
    const start = from - BEFORE;
    const [recorded, all] = [await historySize(db, from), await historySize(db, start)];
    const { stderr } = process;
    const elapsed = () => performance.now();
    const progress = showProgress({
      total: all.alerts,
      isTerminal: stderr.isTTY,
      elapsed,
      write: (text) => stderr.write(text),
    });
    const replayed = await replay(readHistory(db, start), {
      now: sideOf(now),
      candidate: candidate === null ? null : sideOf(candidate),
      start,
      from,
      until,
      population: Number(options.population),
      onProgress: progress.at,
    });
    progress.end();
    return { replayed, recorded };
  });
  const outcome = { replayed, recorded, from, until, took: performance.now() - began };
  process.stdout.write(options.json === true ? `${JSON.stringify(outcomeJson(outcome))}\n` : printOutcome(outcome));
  return classesOf(options).some((difference) => replayed.differences.has(difference)) ? 1 : 0;
}

function sideOf({ config, rulebook, remediations }: Candidate): SideParts {
  return { rulebook, remediations, settings: settingsOf(config) };
}

function classesOf({ failOn = '' }: ReplayOptions): readonly Difference[] {
  const words = failOn
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
  return words.includes('any') ? (Object.keys(DIFFERENCES) as Difference[]) : (words as Difference[]);
}

function wrongUse(options: ReplayOptions): string | null {
  const unknown = classesOf(options).filter((word) => !Object.hasOwn(DIFFERENCES, word));
  if (unknown.length > 0)
    return `--fail-on knows no '${unknown.join("', '")}'; use any, or some of ${Object.keys(DIFFERENCES).join(', ')}`;
  if (!/^[1-9]\d{0,6}$/.test(options.population)) return `--population is '${options.population}'; give a whole number`;
  try {
    return parseDuration(options.since) > 0 ? null : '--since is nothing; give for example 30d';
  } catch (error) {
    return `--since: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function refuse(whose: string, faults: readonly Fault[]): 1 {
  process.stderr.write(`${whose} cannot be used:\n${formatFaults(faults)}\n`);
  return 1;
}
