import type { Incident } from '../domain/incident.ts';
import { CutOff } from '../remediation/attempt.ts';
import type { Remediation } from '../remediation/define.ts';
import type { Settings, Toolbox } from '../remediation/tools.ts';
import type { Db } from '../store/db.ts';
import { type Handed, type OutboxRow, strike, wait } from '../store/outbox.ts';
import { postgresLedger } from '../store/postgres-ledger.ts';
import { findRun, type Run } from '../store/runs.ts';
import { WAKES, type Waking } from '../store/wake.ts';
import { type ConcludeParts, concludeLook } from './conclude.ts';
import { type Seen, see } from './see.ts';

export interface VerifyParts extends ConcludeParts {
  readonly db: Db;
  readonly toolbox: Toolbox;
  readonly settings: Settings;
  readonly hardStop: AbortSignal;
  handOver(rows: readonly Handed[]): void;
  /** Tells those who are held that a place became free. */
  wake(waking: Waking): void;
  onRunEnded(run: Run, outcome: string, incident: Incident): void;
}

/** Takes one look at the world of a run that was carried out, and says whether to look again or what came of it. */
export async function verifyRow(parts: VerifyParts, { id: rowId, runId }: OutboxRow): Promise<void> {
  const { db } = parts;
  if (runId === null) return void (await strike(db, [rowId]));
  const run = await findRun(db, runId);
  const remediation = run === undefined ? undefined : parts.remediations.get(run.remediation);
  const seen = run === undefined || remediation === undefined ? null : await look(parts, remediation, run);
  // The next start looks again, at once.
  if (seen === 'cut off') return wait(db, rowId, parts.clock.now());
  const { handed, isFree, ended } = await db.transaction((sql) =>
    concludeLook(postgresLedger(sql), parts, rowId, run, seen),
  );
  if (run !== undefined && ended !== null) parts.onRunEnded(run, ended.outcome, ended.incident);
  parts.handOver(handed);
  if (isFree) parts.wake(WAKES.runEnded);
}

async function look(parts: VerifyParts, remediation: Remediation, run: Run): Promise<Seen | 'cut off'> {
  try {
    return await see(parts, remediation, run);
  } catch (error) {
    if (error instanceof CutOff) return 'cut off';
    throw error;
  }
}
