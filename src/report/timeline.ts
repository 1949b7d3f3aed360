import type { Time } from '../domain/time.ts';
import type { TimelineView } from '../notify/view.ts';
import { table, text } from './markdown.ts';
import { clockFor } from './say-when.ts';
import type { ReportView } from './view.ts';

/** As many lines as anybody reads. Of more, the beginning and the end tell most. */
const FIRST = 60;
const LAST = 140;

const EVENT = 400;
const ACTOR = 60;

/** The history as a table, and whether anybody changed it afterwards. */
export function timelineSection({ timeline, brokenAt, incident }: ReportView): readonly string[] {
  const clock = clockFor(timeline.map(({ at }) => at));
  const left = timeline.length - FIRST - LAST;
  const shown = left <= 0 ? timeline : [...timeline.slice(0, FIRST), ...timeline.slice(-LAST)];
  const rows = shown.map((entry) => line(entry, clock));
  const gap = [['…', `${left} entries are left out here: \`remedyd report ${incident.id} --json\` has them all`, '']];
  return [
    '## Timeline',
    '',
    'Times are UTC.',
    '',
    ...table(['Time', 'Event', 'Actor'], left <= 0 ? rows : [...rows.slice(0, FIRST), ...gap, ...rows.slice(FIRST)]),
    '',
    brokenAt === null
      ? `The chain of hashes over these ${timeline.length} entries is whole: nothing was changed afterwards.`
      : `**The chain of hashes breaks at entry ${brokenAt} of ${timeline.length}.** That entry, or one before it, was changed or taken out after it had been written. Do not trust this timeline before you know why.`,
  ];
}

function line(entry: TimelineView, clock: (at: Time) => string): readonly string[] {
  return [clock(entry.at), text(entry.summary, EVENT), text(actorOf(entry), ACTOR)];
}

/** What the sources told. */
const BY_SOURCE = ['opened', 'attached', 'alerts-resolved'];

function actorOf({ type, data }: TimelineView): string {
  const { by, name, source } = data;
  if (typeof by === 'string' && type !== 'put-off') return by;
  if (BY_SOURCE.includes(type)) return typeof source === 'string' ? source : 'System';
  return typeof name === 'string' ? name : 'remedyd';
}
