import type { Json, JsonObject } from '../domain/json.ts';
import type { Reason } from '../domain/reason.ts';
import type { Time } from '../domain/time.ts';

/**
 * `begun` is written before a step acts, `ended` or `failed` after. A `begun` without either is a crash in the middle of
 * the step. `told` stands for a changing step in a rehearsal, which is only told.
 */
export type Phase = 'begun' | 'ended' | 'failed' | 'told' | 'undo-begun' | 'undone' | 'undo-failed';

export interface JournalRow {
  readonly step: string;
  readonly phase: Phase;
  readonly at: Time;
  readonly data: JsonObject;
}

/** Why a run is put back. It stands in the journal, so that a crash in the middle does not change what is told. */
export interface Cause {
  /** The step that failed, or before which the run was stopped. */
  readonly step: string;
  readonly why: string;
  /** Null for a failure. */
  readonly stop: Reason | null;
}

/** The memory of one run. Whoever no longer holds the run's fencing number gets a `FencedOff` from every write. */
export interface Journal {
  read(): Promise<readonly JournalRow[]>;
  /** Durable when it resolves. @throws FencedOff */
  write(row: JournalRow): Promise<void>;
  /**
   * Looks again, immediately before each changing step: is the run still ours, not paused, its alert still firing, its
   * plan fresh? `touched` says whether the run has changed anything so far, `note` what the evidence must say although the
   * step may go on. @throws FencedOff
   */
  mayChange(
    touched: boolean,
  ): Promise<
    | { readonly may: true; readonly note?: string }
    | { readonly may: false; readonly reason: Reason; readonly why: string }
  >;
}

/** Another replica took the run over: nothing more may be written or changed from here. */
export class FencedOff extends Error {
  override readonly name = 'FencedOff';
}

/** Results of ended steps, by name, as the journal holds them. */
export function resultsOf(rows: readonly JournalRow[]): Map<string, Json> {
  return new Map(rows.filter((row) => row.phase === 'ended').map((row) => [row.step, row.data.result ?? null]));
}

/** The last phase of each step. */
export function phasesOf(rows: readonly JournalRow[]): Map<string, Phase> {
  return new Map(rows.map((row) => [row.step, row.phase]));
}
