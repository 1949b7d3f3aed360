import type { AskSources } from '../domain/presence.ts';
import type { Clock, Millis } from '../domain/time.ts';
import type { Remediation } from '../remediation/define.ts';
import type { Settings, Toolbox } from '../remediation/tools.ts';
import type { Rulebook } from '../rules/rulebook.ts';
import { isApproved } from '../store/approvals.ts';
import type { Db } from '../store/db.ts';
import { type Handed, keepHanded, type OutboxRow, strike, wait } from '../store/outbox.ts';
import { postgresLedger } from '../store/postgres-ledger.ts';
import { findRun, type Run, releaseRun, takeRun } from '../store/runs.ts';
import { WAKES, type Waking } from '../store/wake.ts';
import { oweAllClear } from './all-clear.ts';
import { endOf, finishRun } from './finish.ts';
import { keepHold } from './hold.ts';
import type { Journal } from './journal.ts';
import type { StepsEnd } from './run.ts';
import { sourceLook } from './source-look.ts';
import { runSteps } from './steps.ts';
import { storedJournal } from './stored-journal.ts';

export interface ExecuteParts {
  readonly db: Db;
  readonly clock: Clock;
  /** This process; two of them never share one. */
  readonly replica: string;
  /** How long a run stays ours after the last sign of life. */
  readonly hold: Millis;
  readonly remediations: ReadonlyMap<string, Remediation>;
  readonly toolbox: Toolbox;
  readonly settings: Settings;
  /** For the look before each change. */
  readonly askSources: AskSources;
  rulebook(): Rulebook;
  handOver(rows: readonly Handed[]): void;
  /** Tells those who are held that a place became free. */
  wake(waking: Waking): void;
  /** Aborts when the service must end now, finished or not. */
  readonly hardStop: AbortSignal;
  /** Whether the service is stopping: no further step begins. */
  stopping(): boolean;
  /** `again`: it goes on with a run that somebody else had begun. */
  onFirstStep(run: Run, again: boolean): void;
  onRunEnded(run: Run, outcome: string): void;
}

/** Carries out the run that an outbox row owes, or goes on with it where somebody was cut off. */
export async function executeRow(parts: ExecuteParts, { id: rowId, runId }: OutboxRow): Promise<void> {
  const { db, clock } = parts;
  if (runId === null) return void (await strike(db, [rowId]));
  const [taken] = await Promise.all([
    takeRun(db, runId, parts.replica, clock.now(), parts.hold),
    keepHanded(db, rowId, clock.now() + 2 * parts.hold),
  ]);
  if (taken === null) {
    const known = await findRun(db, runId);
    // Another replica has it, or it is over.
    if (known !== undefined && known.endedAt === null && known.appliedAt === null)
      await wait(db, rowId, clock.now() + parts.hold / 5);
    else await strike(db, [rowId]);
    return;
  }
  const { run, fence, again } = taken;
  const hold = keepHold(db, clock, parts.hold, run.id, fence, rowId);
  try {
    const look = sourceLook(db, clock, parts.askSources, run.incidentId);
    const journal = storedJournal(db, clock, run, fence, look, AbortSignal.any([hold.lost, parts.hardStop]));
    const end = await carryOut(parts, run, again, journal, hold.lost);
    if (end.kind === 'interrupted') {
      // Whoever comes next goes on at once; with a lost hold that is not ours to say.
      if (!hold.lost.aborted) await releaseRun(db, run.id, fence);
      await wait(db, rowId, clock.now());
      return;
    }
    await finish(parts, run, fence, rowId, end, journal);
  } finally {
    hold.stop();
  }
}

async function carryOut(
  parts: ExecuteParts,
  run: Run,
  again: boolean,
  journal: Journal,
  lost: AbortSignal,
): Promise<StepsEnd> {
  const remediation = parts.remediations.get(run.remediation);
  if (remediation === undefined) {
    return { kind: 'handed-over', step: '', why: `the remediation '${run.remediation}' is not loaded any more` };
  }
  const approved = await isApproved(parts.db, run.incidentId, run.planHash);
  parts.onFirstStep(run, again);
  const { clock, toolbox, settings } = parts;
  return runSteps({
    runId: run.id,
    remediation,
    params: run.params,
    target: run.target,
    openTools: (scope) => toolbox.open(scope),
    settings,
    clock,
    journal,
    signal: AbortSignal.any([lost, parts.hardStop]),
    stopping: parts.stopping,
    dry: run.dry,
    approved,
  });
}

async function finish(
  parts: ExecuteParts,
  run: Run,
  fence: number,
  rowId: number,
  end: Exclude<StepsEnd, { kind: 'interrupted' }>,
  journal: Journal,
) {
  const rows = await journal.read();
  const ending = endOf(run, end, rows, parts.rulebook());
  const { allClear } = parts.rulebook().get(run.rule)?.do[run.attempt] ?? {};
  const handed = await parts.db.transaction((sql) => {
    const now = parts.clock.now();
    const owes = oweAllClear(allClear, parts, run, ending, rows, now);
    return finishRun(postgresLedger(sql), run, ending, fence, rowId, now, owes);
  });
  // Whoever took the run over tells of it.
  if (handed === null) return;
  parts.onRunEnded(run, ending.run.outcome);
  parts.handOver(handed);
  if (!ending.run.open) parts.wake(WAKES.runEnded);
}
