import type { Json } from '../../src/domain/json.ts';
import { oweAllClear } from '../../src/execute/all-clear.ts';
import { finishRun } from '../../src/execute/finish.ts';
import { keepHold } from '../../src/execute/hold.ts';
import type { Journal } from '../../src/execute/journal.ts';
import type { StepsEnd } from '../../src/execute/run.ts';
import { runSteps } from '../../src/execute/steps.ts';
import { storedJournal } from '../../src/execute/stored-journal.ts';
import type { ToolScope, Tools } from '../../src/remediation/tools.ts';
import { WAKES } from '../../src/store/wake.ts';
import { askSource } from './ask-source.ts';
import { journalDb } from './journal-db.ts';
import { type Parts, SETTINGS } from './parts.ts';
import type { CallKind, Hands } from './remediations.ts';
import { wake } from './stages.ts';
import type { StoredRow, StoredRun } from './tables.ts';
import { transaction } from './transaction.ts';

/** Carries out the run that a row owes, or goes on with it where somebody was cut off. */
export async function executeRow(parts: Parts, row: StoredRow): Promise<void> {
  const { db, life } = parts;
  const { hold } = SETTINGS;
  const runId = row.runId ?? '';
  await life.turn(`takes ${runId}`);
  const run = db.takeRun(runId, life.replica, life.now(), life.now() + hold);
  db.updateRow(row.id, { queuedUntil: life.now() + 2 * hold });
  if (run === null) {
    const known = db.runs.get(runId);
    const isUnderWay = known !== undefined && known.endedAt === null && known.appliedAt === null;
    if (isUnderWay) db.updateRow(row.id, { dueAt: life.now() + hold / 5, queuedUntil: null });
    else db.strike(row.id);
    return;
  }
  parts.tell(life.replica, `holds ${run.id} with number ${run.fence}`);
  await life.turn(`hears that it holds ${run.id}`);
  const store = journalDb(parts);
  const held = keepHold(store, life.clock, hold, run.id, run.fence, row.id);
  try {
    const journal = watched(
      parts,
      run,
      storedJournal(store, life.clock, run, run.fence, () => askSource(parts, run.incidentId), held.lost),
    );
    const end = await carryOut(parts, run, journal, held.lost);
    if (end.kind === 'interrupted') {
      parts.tell(life.replica, `was cut off in ${run.id}`);
      await life.turn(`lets go of ${run.id}`);
      if (!held.lost.aborted) db.releaseRun(run.id, run.fence);
      db.updateRow(row.id, { dueAt: life.now(), queuedUntil: null });
      return;
    }
    await finish(parts, row, run, end, journal);
  } finally {
    held.stop();
  }
}

/** The journal as the mutations leave it, with the looks before each change told to the witness. */
function watched({ seams, witness, life }: Parts, { id, fence }: StoredRun, journal: Journal): Journal {
  return seams.journal({
    ...journal,
    async mayChange(touched) {
      witness.lookBegins(id, fence, life.now());
      const look = await journal.mayChange(touched);
      witness.lookEnds(id, fence, life.now());
      return look;
    },
  });
}

function carryOut(parts: Parts, run: StoredRun, journal: Journal, lost: AbortSignal): Promise<StepsEnd> {
  const { life, seams } = parts;
  const remediation = seams.remediations.get(run.remediation);
  if (remediation === undefined) throw new Error(`There is no remediation '${run.remediation}'`);
  const hands = (scope: ToolScope): Hands => ({ call: (kind, step) => call(parts, run, lost, scope, kind, step) });
  return runSteps({
    runId: run.id,
    remediation,
    params: run.params,
    target: run.target,
    openTools: (scope) => hands(scope) as unknown as Tools,
    settings: {},
    clock: life.clock,
    journal,
    signal: lost,
    dry: run.dry,
  });
}

/** Sends a call, which lands whatever becomes of this process. It heeds no signal, as the worst of tools. */
function call(
  parts: Parts,
  run: StoredRun,
  lost: AbortSignal,
  _scope: ToolScope,
  kind: CallKind,
  step: string,
): Promise<Json> {
  const { life, world, witness } = parts;
  const key = `${run.id}-${step}`;
  parts.tell(life.replica, `sends ${kind} ${step} of ${run.id} to ${run.target.id}`);
  witness.sent({ runId: run.id, step, kind, fence: run.fence, knewBetter: lost.aborted });
  return new Promise((resolve, reject) => {
    const thing = run.target.id;
    const answer = (result: Json | Error) => {
      void life.turn(`hears from ${thing}`).then(() => (result instanceof Error ? reject(result) : resolve(result)));
    };
    world.calls.push({ kind, thing, runId: run.id, remediation: run.remediation, step, key, answer });
  });
}

type Finished = Exclude<StepsEnd, { kind: 'interrupted' }>;

async function finish(parts: Parts, row: StoredRow, run: StoredRun, end: Finished, journal: Journal): Promise<void> {
  const { life, seams } = parts;
  const rows = await journal.read();
  const ending = seams.endOf(run, end, rows, parts.rulebook());
  const { allClear } = parts.rulebook().get(run.rule)?.do[run.attempt] ?? {};
  const leaving = { remediations: seams.remediations, settings: {} };
  const handed = await transaction(parts, `end ${run.id}: ${end.kind}`, (ledger) => {
    const now = life.now();
    const owes = oweAllClear(allClear ?? undefined, leaving, run, ending, rows, now);
    return finishRun(ledger, run, ending, run.fence, row.id, now, owes);
  });
  if (handed === null) return;
  parts.handOver(handed);
  if (!ending.run.open) await wake(parts, WAKES.runEnded);
}
