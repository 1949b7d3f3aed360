import type { Entry } from '../domain/event.ts';
import type { JsonObject } from '../domain/json.ts';
import { type Millis, type Time, toIso } from '../domain/time.ts';
import type { StoredIncident } from '../store/incidents.ts';
import type { Change } from '../store/record.ts';
import type { Verdict } from './verdict.ts';

/** A history that is longer has been read by nobody to its end; every no still counts, and is told now and then. */
const LONG = 60;

const NOW_AND_THEN: Millis = 3_600_000;

/** What of a decision goes into the history, and what goes with the row that owes the next one. */
export interface Told {
  readonly entries: readonly Entry[];
  readonly owed: Change['owed'];
}

/**
 * A no that only repeats the one before it adds nothing to the history. Two that take turns every few seconds, for hours, would
 * add without end: once the history is long, a no is told once an hour, with how many were not.
 *
 * @param row what goes with the row that owed this decision
 */
export function tell(
  { incident, seq }: StoredIncident,
  { event, entry }: Verdict,
  owed: Change['owed'],
  row: JsonObject,
  now: Time,
): Told {
  const untold = typeof row.untold === 'number' ? row.untold : 0;
  const toldAt = typeof row.toldAt === 'number' ? row.toldAt : null;
  if (event.type !== 'held') return { entries: [withCount(entry, untold, toldAt)], owed };
  const repeats = incident.state === 'held' && incident.reason === event.reason;
  const isMuch = seq >= LONG && toldAt !== null && now - toldAt < NOW_AND_THEN;
  if (repeats || isMuch) {
    const more = repeats ? untold : untold + 1;
    return { entries: [], owed: toldAt === null ? owed : going(owed, { untold: more, toldAt }) };
  }
  const entries = [withCount(entry, untold, toldAt)];
  return { entries, owed: seq >= LONG ? going(owed, { untold: 0, toldAt: now }) : owed };
}

function withCount(entry: Entry, untold: number, toldAt: Time | null): Entry {
  if (untold === 0 || toldAt === null) return entry;
  const summary = `${entry.summary} (${untold} other answers since ${toIso(toldAt)} are not listed)`;
  return { ...entry, summary, data: { ...entry.data, untold } };
}

function going(owed: Change['owed'], data: JsonObject): Change['owed'] {
  return owed.map((due) => (due.kind === 'decide' ? { ...due, data } : due));
}
