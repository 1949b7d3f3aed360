import { formatDuration } from '../domain/duration.ts';
import { hasEnded } from '../domain/incident.ts';
import type { SourceView } from '../domain/presence.ts';
import type { Clock, Millis } from '../domain/time.ts';
import { CutOff } from '../remediation/attempt.ts';
import { isAway } from '../store/away.ts';
import type { Db } from '../store/db.ts';
import { findIncident, troubleIsBack } from '../store/incidents.ts';
import { appendJournal, readJournal } from '../store/journal.ts';
import { pauseFor, standingPauses } from '../store/pauses.ts';
import type { Run } from '../store/runs.ts';
import { FencedOff, type Journal, type JournalRow } from './journal.ts';

/** A plan that has waited longer than this is decided anew: what it rested on may have changed. */
export const PLAN_LIFE: Millis = 600_000;

/** How long a write waits before it is tried again while the database is away. */
const RETRY_EVERY: Millis = 500;

/**
 * The journal of one run in the database, written under its fencing number. While the database is away a write waits and
 * tries again until `signal` aborts (the hold on the run can no longer be proved); then the step counts as cut off.
 *
 * @param look asks the source of the alert, before each change
 */
export function storedJournal(
  db: Db,
  clock: Clock,
  run: Run,
  fence: number,
  look: () => Promise<SourceView>,
  signal: AbortSignal,
): Journal {
  return {
    async read() {
      return (await readJournal(db, run.id)) as JournalRow[];
    },
    async write(row) {
      const written = await persist(() => appendJournal(db, run.id, fence, row));
      if (!written) throw new FencedOff(`Run ${run.id} belongs to another replica now`);
    },
    async mayChange(touched) {
      // The slow one first: between the look for a pause and the change there must be nothing to wait for.
      const { stop, note } = await persist(look);
      const own = await persist(() => lookAgain(db, clock, run, touched));
      if (!own.may) return own;
      // Once something is changed the rest belongs to it, unless a person has asked for quiet.
      if (stop !== null && (!touched || stop.reason === 'silenced')) return { may: false, ...stop };
      return note === null ? own : { may: true, note };
    },
  };

  async function persist<T>(work: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await work();
      } catch (error) {
        // What the database refuses for good is an error of whoever wrote it; to wait for it would be to wait for ever.
        if (!isAway(error)) throw error;
        if (signal.aborted) throw new CutOff('the journal cannot be reached', { cause: error });
        await clock.sleep(RETRY_EVERY, signal).catch(() => undefined);
      }
    }
  }
}

async function lookAgain(db: Db, clock: Clock, run: Run, touched: boolean): ReturnType<Journal['mayChange']> {
  const now = clock.now();
  const stored = await findIncident(db, run.incidentId);
  const pauses = await standingPauses(db, now);
  const about = stored?.incident.target ?? run.target;
  const pause = pauseFor(pauses, run.rule, run.target) ?? pauseFor(pauses, run.rule, about);
  if (pause !== undefined) {
    return { may: false, reason: 'paused', why: `paused by ${pause.owner}: ${pause.why}` };
  }
  if (stored === undefined || hasEnded(stored.incident) || stored.incident.runId !== run.id) {
    return { may: false, reason: 'alert-gone', why: 'the incident has ended' };
  }
  // Once something is changed the rest belongs to it: a phone that is back but not resumed would be worse.
  if (touched) return { may: true };
  if (!stored.incident.firing) return { may: false, reason: 'alert-gone', why: 'the alert was resolved' };
  if (await troubleIsBack(db, run.incidentId))
    return { may: false, reason: 'trouble-back', why: 'the trouble is back that it was the all-clear of' };
  const age = now - run.admittedAt;
  if (age <= PLAN_LIFE) return { may: true };
  return { may: false, reason: 'plan-stale', why: `the plan is ${formatDuration(age)} old` };
}
