import type { Millis, Time } from './time.ts';

/** One level of an escalation policy, as it stands for an incident of one severity. */
export interface Level {
  readonly name: string;
  /** How long after the first page its people are told, unless somebody has taken the incident. */
  readonly after: Millis;
  /** Channels, such as `slack` or `pagerduty:leads`; null is every channel that takes pages. */
  readonly notify: readonly string[] | null;
  /** Who that is, for people: a name of `people` or of a rotation, or plain words. */
  readonly who: string | null;
}

/** What an escalation policy says for one severity. The incident keeps it as it was when its page went out. */
export interface Policy {
  readonly name: string;
  /** In the order in which they are told; never empty. */
  readonly levels: readonly [Level, ...Level[]];
  /** What happens when the last level does not answer either. */
  readonly repeat: { readonly every: Millis; readonly times: number };
  /** For how long an acknowledgement keeps everybody else from being told. */
  readonly ackFor: Millis;
}

/** Where the climb of one incident stands. */
export interface Climb {
  readonly policy: Policy;
  /** When the first page went out; the levels count from here. */
  readonly since: Time;
  /** Index of the highest level that was told. */
  readonly level: number;
  readonly toldAt: Time;
  /** How often the last level was told again. */
  readonly repeats: number;
}

/** Why a level is told. */
export type Cause = 'page' | 'unanswered' | 'ack-lapsed' | 'repeated';

export type ClimbStep =
  | { readonly kind: 'wait'; readonly until: Time }
  | { readonly kind: 'tell'; readonly climb: Climb; readonly level: Level; readonly cause: Cause }
  | { readonly kind: 'end' };

/**
 * Begins a climb with the first page.
 *
 * @param at index of the level that is told at once; those below it are told with it
 */
export function beginClimb(policy: Policy, at: number, now: Time): Climb {
  return { policy, since: now, level: Math.min(Math.max(0, at), policy.levels.length - 1), toldAt: now, repeats: 0 };
}

/** The levels that a climb tells when it begins. */
export function toldAtOnce({ policy, level }: Climb): readonly Level[] {
  return policy.levels.slice(0, level + 1);
}

/**
 * What a climb does next while its incident is open.
 *
 * An acknowledgement stops it for a set time. If the incident is still open after that, whoever took it may have fallen
 * asleep: the next level is told if its time has come, and the same people again if not.
 */
export function climbOn(climb: Climb, ackedAt: Time | null, now: Time): ClimbStep {
  const { policy, since, level, toldAt, repeats } = climb;
  const next = policy.levels[level + 1];
  const higher = (): Climb => ({ ...climb, level: level + 1, toldAt: now });
  const same = policy.levels[level] ?? policy.levels[0];
  if (ackedAt !== null) {
    const lapse = ackedAt + policy.ackFor;
    if (now < lapse) return { kind: 'wait', until: lapse };
    const isDue = next !== undefined && since + next.after <= now;
    return isDue
      ? { kind: 'tell', climb: higher(), level: next, cause: 'ack-lapsed' }
      : { kind: 'tell', climb: { ...climb, toldAt: now }, level: same, cause: 'ack-lapsed' };
  }
  if (next !== undefined) {
    const due = since + next.after;
    return due > now
      ? { kind: 'wait', until: due }
      : { kind: 'tell', climb: higher(), level: next, cause: 'unanswered' };
  }
  if (repeats >= policy.repeat.times) return { kind: 'end' };
  const due = toldAt + policy.repeat.every;
  if (due > now) return { kind: 'wait', until: due };
  return { kind: 'tell', climb: { ...climb, toldAt: now, repeats: repeats + 1 }, level: same, cause: 'repeated' };
}
