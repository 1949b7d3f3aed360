import { formatDuration } from '../domain/duration.ts';
import { type Duty, localText, onDuty, type Rotation } from '../domain/rotation.ts';
import type { Clock, Time } from '../domain/time.ts';
import type { Channel } from '../notify/channel.ts';
import type { Notice } from '../notify/notice.ts';
import { postNotice } from '../notify/post-notice.ts';
import { cleanLine } from '../notify/say/clean.ts';
import type { Db } from '../store/db.ts';
import {
  incidentsSince,
  lastHandOver,
  noteHandOver,
  type OpenIncident,
  openIncidents,
  type RunCount,
  runsSince,
} from '../store/duties.ts';
import { type Pause, standingPauses } from '../store/pauses.ts';

export interface HandOverParts {
  readonly db: Db;
  readonly clock: Clock;
  readonly rotations: readonly Rotation[];
  readonly channels: ReadonlyMap<string, Channel>;
  readonly hardStop: AbortSignal;
}

/** As many as somebody reads who begins a week. */
const MOST_OPEN = 10;

/**
 * Writes the note to whoever takes over, once for each change. It is noted as written only once a channel has taken it, so a
 * channel that is down puts it off; the first start of all writes none, because nobody hands over anything then.
 */
export async function handOver({ db, clock, rotations, channels, hardStop }: HandOverParts): Promise<void> {
  for (const rotation of rotations) {
    const now = clock.now();
    const duty = onDuty(rotation, now);
    const last = await lastHandOver(db, rotation.name);
    if (last !== null && last >= duty.since) continue;
    const isPosted =
      last === null || (await postNotice(channels.values(), await note(db, rotation, duty, last, now), hardStop));
    if (isPosted) await noteHandOver(db, rotation.name, duty.since);
  }
}

async function note(db: Db, rotation: Rotation, duty: Duty, since: Time, now: Time): Promise<Notice> {
  const [open, pauses, runs, week] = await Promise.all([
    openIncidents(db, MOST_OPEN + 1),
    standingPauses(db, now),
    runsSince(db, since),
    incidentsSince(db, since),
  ]);
  return handOverNotice(rotation, duty, { open, pauses, runs, ...week }, now);
}

export interface WeekFacts {
  readonly open: readonly OpenIncident[];
  readonly pauses: readonly Pause[];
  readonly runs: readonly RunCount[];
  readonly opened: number;
  readonly paged: number;
}

/** What whoever takes over has to know. Pure. */
export function handOverNotice(rotation: Rotation, duty: Duty, facts: WeekFacts, now: Time): Notice {
  const { open, pauses, runs, opened, paged } = facts;
  const held = open.filter(({ state }) => state === 'held');
  const others = open.filter(({ state }) => state !== 'held');
  const standsBy = duty.secondary === null ? '' : `, ${duty.secondary.name} stands by`;
  return {
    title: `${rotation.name}: ${duty.primary.name} is on call now${standsBy}, until ${localText(duty.until, rotation.zone)} ${rotation.zone}`,
    lines: [
      ...section(
        'Open',
        others.slice(0, MOST_OPEN).map((one) => sayIncident(one, now)),
      ),
      ...(open.length > MOST_OPEN ? ['There are more open ones: remedyd status.'] : []),
      ...section(
        'Held by a guardrail',
        held.map((one) => sayIncident(one, now)),
      ),
      ...section('Paused', pauses.map(sayPause)),
      `Last week: ${opened} incidents, a person told of ${paged}. ${sayRuns(runs)}`,
      'Check now that pages reach your phone: remedyd notify-test CHANNEL.',
    ],
  };
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [`${title}: nothing.`] : lines.map((line) => `${title}: ${line}`);
}

function sayIncident(
  { id, rule, target, severity, state, reason, openedAt, ackedBy }: OpenIncident,
  now: Time,
): string {
  const whose = ackedBy === null ? '' : `, ${cleanLine(ackedBy, 60)} has it`;
  return `${severity} ${cleanLine(rule, 100)} on ${cleanLine(target, 100)}: ${state} (${reason}) for ${formatDuration(now - openedAt)}${whose}, ${id}`;
}

function sayPause({ scope, key, owner, why }: Pause): string {
  const what = scope === 'global' ? 'everything' : `${scope} ${cleanLine(key, 100)}`;
  return `${what}, by ${cleanLine(owner, 60)}: ${cleanLine(why, 200)}`;
}

function sayRuns(runs: readonly RunCount[]): string {
  if (runs.length === 0) return 'Nothing was run.';
  const byName = Map.groupBy(runs, ({ remediation }) => remediation);
  const lines = [...byName].map(([remediation, counts]) => {
    const said = counts.map(({ outcome, count }) => `${count} ${outcome}`).join(', ');
    return `${cleanLine(remediation, 100)} (${said})`;
  });
  return `Run: ${lines.slice(0, 20).join('; ')}.`;
}
