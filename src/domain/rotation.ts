import { fromLocal, localTime } from './local-time.ts';
import { type Time, toIso } from './time.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;
const WEEK = 7 * DAY;

export interface Member {
  readonly name: string;
  /** Slack user id, for mentions and answers; null for who is reached in other ways. */
  readonly slack: string | null;
}

/** Somebody stands in for whoever is on duty. */
export interface Override {
  readonly from: Time;
  /** Not meant any more. */
  readonly to: Time;
  readonly primary: Member;
}

/** Who is on call: one after the other, a week each. */
export interface Rotation {
  readonly name: string;
  /** IANA name of the time zone. */
  readonly zone: string;
  /** 0 is Sunday. */
  readonly weekday: number;
  /** Minutes of the local day. */
  readonly minute: number;
  /** A local day, as UTC midnight, in the week of which the first member begins. */
  readonly since: Time;
  /** Never empty. */
  readonly members: readonly [Member, ...Member[]];
  readonly overrides: readonly Override[];
}

export interface Duty {
  readonly primary: Member;
  /** Stands by; null where nobody else is in the rotation. */
  readonly secondary: Member | null;
  /** Whether somebody stands in. */
  readonly override: boolean;
  /** When the present week began. */
  readonly since: Time;
  /** When the next one takes over. */
  readonly until: Time;
}

/**
 * Who is on call at a time. Weeks are those of the wall clock in the rotation's zone, so the hand-over stays at nine when the
 * clocks change and that week is an hour longer or shorter.
 */
export function onDuty(rotation: Rotation, now: Time): Duty {
  const { members, overrides } = rotation;
  const first = handOver(rotation, 0);
  // The offset of a zone moves a hand-over by less than a day, so one of three weeks is the right one.
  const guess = Math.floor((now - first) / WEEK);
  const week = [guess + 1, guess, guess - 1].find((one) => handOver(rotation, one) <= now) ?? guess;
  const at = (offset: number): Member => {
    const index = (((week + offset) % members.length) + members.length) % members.length;
    return members[index] ?? members[0];
  };
  const scheduled = at(0);
  const instead = overrides.findLast(({ from, to }) => from <= now && now < to)?.primary;
  const primary = instead ?? scheduled;
  const secondary = [scheduled, at(1), at(2)].find((one) => !isSame(one, primary)) ?? null;
  return {
    primary,
    secondary,
    override: instead !== undefined,
    since: handOver(rotation, week),
    until: handOver(rotation, week + 1),
  };
}

function isSame(one: Member, other: Member): boolean {
  return one.slack === null || other.slack === null ? one.name === other.name : one.slack === other.slack;
}

/** When a week of the rotation begins; the first one is week 0. */
function handOver({ zone, weekday, minute, since }: Rotation, week: number): Time {
  // Day 0 of 1970 was a Thursday.
  const dayOf = (local: number) => (Math.floor(local / DAY) + 4) % 7;
  const back = (dayOf(since) - weekday + 7) % 7;
  const local = since - back * DAY + week * WEEK + minute * MINUTE;
  const [first] = fromLocal(local, zone);
  return first ?? local;
}

/** The local day and time of a moment, such as `2026-03-30 09:00`, for people of that zone. */
export function localText(time: Time, zone: string): string {
  return toIso(localTime(time, zone)).slice(0, 16).replace('T', ' ');
}
