import { advance } from '../domain/incident.ts';
import type { Time } from '../domain/time.ts';
import type { Rulebook } from '../rules/rulebook.ts';
import type { Ledger } from '../store/ledger.ts';
import type { Handed } from '../store/outbox.ts';
import type { Change } from '../store/record.ts';
import type { Run } from '../store/runs.ts';
import { type Ending, endingOf, stepsOf } from './ending.ts';
import type { JournalRow } from './journal.ts';
import type { StepsEnd } from './run.ts';

type Finished = Exclude<StepsEnd, { kind: 'interrupted' }>;

/** How the end of a run's steps reads on the map, in the run, and in the timeline. */
export function endOf(run: Run, end: Finished, journal: readonly JournalRow[], rulebook: Rulebook): Ending {
  if (run.dry) return rehearsed(run, end, journal);
  const more = (rulebook.get(run.rule)?.do.length ?? 0) > run.attempt + 1;
  return endingOf(end, run, journal, more);
}

/**
 * Writes the end of a run's steps, in the ledger's transaction.
 *
 * @param fence of whoever carried it out
 * @param owes what is due beside what the map says
 * @returns the rows to hand over; null where the run was lost, and whoever took it over tells of it.
 */
export async function finishRun(
  ledger: Ledger,
  run: Run,
  ending: Ending,
  fence: number | null,
  rowId: number,
  now: Time,
  owes: Change['owed'] = [],
): Promise<readonly Handed[] | null> {
  const before = (await ledger.lockIncidents([run.incidentId])).get(run.incidentId);
  if (!(await ledger.endRun(run.id, fence, ending.run, now))) return null;
  await ledger.strike([rowId]);
  if (before === undefined) return [];
  const step = run.dry ? null : advance(before.incident, ending.event, now);
  const after = step?.incident ?? { ...before.incident, version: before.incident.version + 1 };
  return ledger.record([{ before, after, entries: [ending.entry], owed: [...(step?.owed ?? []), ...owes] }], now);
}

/** A rehearsal changes nothing on the map; it only tells what it saw and what it would have done. */
function rehearsed(run: Run, end: Finished, journal: readonly JournalRow[]): Ending {
  const steps = stepsOf(journal);
  const would = journal.filter((row) => row.phase === 'told').map((row) => row.step);
  const found = 'why' in end ? `${end.step}: ${end.why}` : 'nothing would have been changed';
  const why = would.length === 0 ? found : `would have done: ${would.join(', ')}`;
  return {
    event: { type: 'run-ended', outcome: 'noop', reason: 'observe-mode', more: false },
    run: { outcome: 'dry', reason: 'observe-mode', detail: { why }, open: false },
    entry: {
      type: 'rehearsed',
      reason: 'observe-mode',
      summary: `${run.remediation}: ${why}`,
      data: { run: run.id, steps },
    },
  };
}
