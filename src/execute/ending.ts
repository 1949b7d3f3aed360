import type { Entry, IncidentEvent } from '../domain/event.ts';
import type { JsonObject } from '../domain/json.ts';
import { REASONS, type Reason } from '../domain/reason.ts';
import { toIso } from '../domain/time.ts';
import type { Run, RunEnding } from '../store/runs.ts';
import type { JournalRow } from './journal.ts';
import type { StepsEnd } from './run.ts';

/** How the end of the steps reads on the map, in the run, and in the timeline. */
export interface Ending {
  readonly event: IncidentEvent;
  readonly run: RunEnding;
  readonly entry: Entry;
}

type Finished = Exclude<StepsEnd, { kind: 'interrupted' }>;

/** @param more whether the rule has another remediation to try */
export function endingOf(end: Finished, run: Run, journal: readonly JournalRow[], more: boolean): Ending {
  const { remediation } = run;
  const steps = stepsOf(journal);
  const make = (
    event: IncidentEvent,
    outcome: RunEnding['outcome'],
    reason: Reason,
    why: string,
    open: boolean,
  ): Ending => ({
    event,
    run: { outcome, reason, detail: { why }, open },
    entry: { type: 'run-ended', reason, summary: `${remediation}: ${why}`, data: { run: run.id, outcome, why, steps } },
  });
  switch (end.kind) {
    case 'applied':
      return make(
        { type: 'run-ended', outcome: 'applied', reason: 'applied', more },
        'applied',
        'applied',
        REASONS.applied,
        true,
      );
    case 'noop':
      return make({ type: 'run-ended', outcome: 'noop', reason: 'noop', more }, 'noop', 'noop', end.why, true);
    case 'handed-over':
      return make(
        { type: 'run-ended', outcome: 'handed-over', reason: 'handed-over', more },
        'stopped',
        'handed-over',
        end.why,
        false,
      );
    case 'wait': {
      const why = `${end.why}; waits until ${toIso(end.until)}`;
      return make({ type: 'run-waits', until: end.until }, 'stopped', 'wait-requested', why, false);
    }
    case 'failed': {
      const undone = end.undone.length === 0 ? '' : `; put back: ${end.undone.join(', ')}`;
      const why = `step '${end.step}' failed: ${end.why}${undone}`;
      return make({ type: 'run-ended', outcome: 'failed', reason: 'failed', more }, 'failed', 'failed', why, false);
    }
    case 'undo-failed': {
      const why = `putting back step '${end.step}' failed: ${end.why}`;
      return make(
        { type: 'run-ended', outcome: 'unknown', reason: 'undo-failed', more },
        'unknown',
        'undo-failed',
        why,
        false,
      );
    }
    case 'unknown': {
      const why = `step '${end.step}' was cut off; nobody can tell whether it took effect, so it was not repeated`;
      return make({ type: 'run-ended', outcome: 'unknown', reason: 'unknown', more }, 'unknown', 'unknown', why, false);
    }
    case 'stopped': {
      const why = `stopped before step '${end.step}': ${end.why}`;
      return make(
        { type: 'run-ended', outcome: 'stopped', reason: end.reason, more },
        'stopped',
        end.reason,
        why,
        false,
      );
    }
  }
}

/** What each step came to, for the timeline: its last phase, and its result or error. */
export function stepsOf(journal: readonly JournalRow[]): JsonObject[] {
  const names = [...new Set(journal.map((row) => row.step))];
  return names.map((step) => {
    const rows = journal.filter((row) => row.step === step);
    const last = rows.at(-1);
    const result = rows.find((row) => row.phase === 'ended')?.data.result ?? null;
    const error = rows.findLast((row) => row.data.error !== undefined)?.data.error ?? null;
    const took = last === undefined || rows[0] === undefined ? 0 : last.at - rows[0].at;
    return { step, phase: last?.phase ?? 'begun', result, error, tookMs: took };
  });
}
