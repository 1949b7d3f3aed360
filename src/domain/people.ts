import { type Member, onDuty, type Rotation } from './rotation.ts';
import type { Time } from './time.ts';

/** A group of people that may answer and command. */
export interface Group {
  /** Slack user ids. */
  readonly users: readonly string[];
  /** Slack user groups; only Slack knows who is in them. */
  readonly userGroups: readonly string[];
  /** Whoever is on call by one of these, at the moment of the answer. */
  readonly rotations: readonly Rotation[];
}

/** By name. */
export type Groups = ReadonlyMap<string, Group>;

/** Somebody whom Slack knows. */
export type Reachable = Member & { readonly slack: string };

/**
 * Whoever a group's rotations have on call: those on duty first, then those who stand by, each once. Whoever has no Slack id
 * cannot be told from a stranger, and is not among them.
 */
export function onCallOf({ rotations }: Pick<Group, 'rotations'>, now: Time): readonly Reachable[] {
  const duties = rotations.map((rotation) => onDuty(rotation, now));
  const all = [...duties.map(({ primary }) => primary), ...duties.map(({ secondary }) => secondary)];
  const reachable = all.filter((one): one is Reachable => one !== null && one.slack !== null);
  return reachable.filter(({ slack }, i) => reachable.findIndex((one) => one.slack === slack) === i);
}

/** At most two of a rotation are on call at once: one on duty, one standing by. */
const ON_CALL = 2;

/**
 * How many different people can answer for a group at one time, at most. A user group of Slack counts as any number.
 *
 * @param rotations Slack ids of the members, for each rotation; null for those who have none
 */
export function mostAnswers(
  users: readonly string[],
  userGroups: readonly string[],
  rotations: readonly (readonly (string | null)[])[],
): number {
  if (userGroups.length > 0) return Number.POSITIVE_INFINITY;
  const known = new Set(users);
  const others = rotations.map((ids) => new Set(ids.filter((id) => id !== null && !known.has(id))));
  const everybody = new Set(others.flatMap((ids) => [...ids]));
  const onCall = others.reduce((total, { size }) => total + Math.min(size, ON_CALL), 0);
  return known.size + Math.min(everybody.size, onCall);
}
