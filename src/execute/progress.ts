import type { Json, JsonObject } from '../domain/json.ts';
import { attempt } from '../remediation/attempt.ts';
import { stepContext } from '../remediation/context.ts';
import type { Remediation, StepContext } from '../remediation/define.ts';
import type { ToolCall } from '../remediation/tools.ts';
import { type Cause, type JournalRow, type Phase, phasesOf, resultsOf } from './journal.ts';
import type { RunParts } from './run.ts';

/** A step of whatever remediation; parameters and results are the remediation's own business. */
export type Work = Remediation['steps'][number];

/** Where a run stands: its journal, read once and kept in step with every write. */
export interface Progress {
  last(step: Pick<Work, 'name'>): JournalRow | undefined;
  /** Why the run is being put back; null while it goes forward. */
  cause(): Cause | null;
  /** What the step returned; undefined where it did not end. */
  result(step: Work): Json | undefined;
  /** Whether a changing step of this run has ended or may have acted. `idle` is one that is known not to have. */
  touched(idle?: Work): boolean;
  write(step: Work, phase: Phase, data: JsonObject): Promise<void>;
  /** Prepares one piece of work of a step: its context, its limit, and its evidence. */
  work(step: Work): {
    within<T>(act: (ctx: StepContext<never>) => Promise<T>): Promise<T>;
    /** Tool calls so far, as evidence. */
    calls(): Json;
  };
}

export async function openProgress(run: RunParts): Promise<Progress> {
  const rows = [...(await run.journal.read())];
  const effects = new Map(run.remediation.steps.map((step) => [step.name, step.effect]));
  return {
    last: (step) => rows.findLast((row) => row.step === step.name),
    cause() {
      const row = rows.find(({ phase, data }) => phase === 'failed' || data.cause !== undefined);
      if (row === undefined) return null;
      if (row.phase === 'failed') return { step: row.step, why: String(row.data.error), stop: null };
      return row.data.cause as unknown as Cause;
    },
    result: (step) => resultsOf(rows).get(step.name),
    touched: (idle) =>
      [...phasesOf(rows)].some(
        ([name, phase]) =>
          effects.get(name) === 'changes' && phase !== 'told' && phase !== 'undone' && name !== idle?.name,
      ),
    async write(step, phase, data) {
      const row: JournalRow = { step: step.name, phase, at: run.clock.now(), data };
      await run.journal.write(row);
      rows.push(row);
    },
    work(step) {
      const calls: ToolCall[] = [];
      return {
        calls: () => calls as unknown as Json,
        within: (act) =>
          attempt(run.clock, step.timeout, run.signal, (signal) => {
            const tools = run.openTools({ signal, record: (call) => calls.push(call) });
            const { params, target, settings, clock, approved = false } = run;
            const idempotencyKey = `${run.runId}-${step.name}`;
            const results = resultsOf(rows);
            const parts = { params, target, tools, settings, clock, signal, idempotencyKey, approved, results };
            return act(stepContext(parts) as StepContext<never>);
          }),
      };
    },
  };
}
