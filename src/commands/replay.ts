import { loadCandidate } from '../candidate.ts';
import { type Fault, formatFaults } from '../config/faults.ts';
import { readEnvironment } from '../config/load.ts';
import { systemClock } from '../domain/time.ts';
import { type Asked, wantedOf } from '../replay/options.ts';
import { outcomeJson, printOutcome } from '../replay/print.ts';
import { type Progress, showProgress } from '../replay/progress.ts';
import { replay } from '../replay/replay.ts';
import { historySize, readHistory } from '../store/history.ts';
import { beside } from './beside.ts';
import { startPlayer } from './replay-thread.ts';

export interface ReplayOptions extends Asked {
  readonly json?: boolean;
}

/** As far as most cooldowns and budgets look back; what is recorded from before `--since` fills them. */
const BEFORE = 86_400_000;

/**
 * Takes the recorded alerts through other rules. Exit code 1 on a difference that `--fail-on` names and where rules cannot be
 * used, 2 on wrong use.
 */
export async function replayCommand(options: ReplayOptions): Promise<0 | 1 | 2> {
  const wanted = wantedOf(options);
  if ('wrong' in wanted) {
    process.stderr.write(`error: ${wanted.wrong}\n`);
    return 2;
  }
  const { since, population, failOn } = wanted;
  const { configFile, variables } = readEnvironment();
  const inForce = { configFile, env: variables };
  const other = { ...inForce, configFile: options.config ?? configFile, rulesDir: options.rules };
  const compares = options.rules !== undefined || options.config !== undefined;
  // What is wrong with them is said before anything is read.
  const now = await loadCandidate(inForce);
  if ('faults' in now) return refuse('The rules that are in force', now.faults);
  const candidate = compares ? await loadCandidate(other) : null;
  if (candidate !== null && 'faults' in candidate) return refuse('The candidate', candidate.faults);

  const began = performance.now();
  const until = systemClock.now();
  const from = until - since;
  const { replayed, recorded } = await beside(async (db) => {
    const start = from - BEFORE;
    const [recorded, all] = [await historySize(db, from), await historySize(db, start)];
    const progress = progressOf(all.alerts);
    const span = { from, start, until, population };
    await using here = startPlayer(inForce, span);
    await using there = compares ? startPlayer(other, span) : null;
    const replayed = await replay(readHistory(db, start), {
      now: here,
      candidate: there,
      from,
      onProgress: progress.at,
    });
    progress.end();
    return { replayed, recorded };
  });
  const outcome = { replayed, recorded, from, until, took: performance.now() - began };
  process.stdout.write(options.json === true ? `${JSON.stringify(outcomeJson(outcome))}\n` : printOutcome(outcome));
  return [...replayed.differences.keys()].some((difference) => failOn.has(difference)) ? 1 : 0;
}

function progressOf(total: number): Progress {
  const { stderr } = process;
  const elapsed = () => performance.now();
  return showProgress({ total, isTerminal: stderr.isTTY, elapsed, write: (text) => stderr.write(text) });
}

function refuse(whose: string, faults: readonly Fault[]): 1 {
  process.stderr.write(`${whose} cannot be used:\n${formatFaults(faults)}\n`);
  return 1;
}
