import type { Labels } from '../domain/alert.ts';
import type { Owed } from '../domain/event.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Time } from '../domain/time.ts';
import { resultReader } from '../remediation/context.ts';
import type { Remediation } from '../remediation/define.ts';
import type { Settings } from '../remediation/tools.ts';
import type { AllClear } from '../rules/rule.ts';
import type { Run } from '../store/runs.ts';
import type { Ending } from './ending.ts';
import { type JournalRow, resultsOf } from './journal.ts';

export interface LeavingParts {
  readonly remediations: ReadonlyMap<string, Remediation>;
  readonly settings: Settings;
}

/** The all-clear that a run owes whose change is meant for bad times only, whatever comes of its incident. */
export function oweAllClear(
  allClear: AllClear | undefined,
  parts: LeavingParts,
  run: Run,
  { run: { outcome } }: Ending,
  journal: readonly JournalRow[],
  now: Time,
): readonly (Owed & { readonly data: JsonObject })[] {
  // What failed was put back.
  if (allClear === undefined || run.dry || (outcome !== 'applied' && outcome !== 'unknown')) return [];
  const left = leftBy(parts, run, journal);
  if (left === null) return [];
  return [{ kind: 'all-clear', dueAt: now + allClear.after, runId: run.id, data: { left: { ...left } } }];
}

function leftBy({ remediations, settings }: LeavingParts, run: Run, journal: readonly JournalRow[]): Labels | null {
  const remediation = remediations.get(run.remediation);
  if (remediation?.leaves === undefined) return {};
  try {
    return remediation.leaves({ params: run.params, settings, result: resultReader(resultsOf(journal)) });
  } catch {
    // Cut off before it could be known. Somebody should look rather than nobody.
    return {};
  }
}
