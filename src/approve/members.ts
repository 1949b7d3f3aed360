import { type Groups, onCallOf } from '../domain/people.ts';
import type { Clock, Millis, Time } from '../domain/time.ts';
import type { Membership } from './judge.ts';

/** Says who belongs to a group of people. */
export interface Members {
  /** @param group of the config; null is nobody. Never throws. */
  has(group: string | null, person: string): Promise<Membership>;
}

/** How long what Slack said of a user group is believed. */
const KEPT: Millis = 300_000;

/** How long a user group that could not be read is left alone: Slack takes some 20 such calls a minute. */
const FAILED_KEPT: Millis = 10_000;

type Listed = { readonly users: ReadonlySet<string> } | { readonly why: string };

/**
 * People are named in the config: by id, by user group of Slack, or by a rotation, which is whoever is on call or stands by at
 * the moment of asking. The user groups are asked of Slack and kept for five minutes. A list that cannot be had, or is too
 * old, is not used: nobody of that user group may answer then.
 *
 * @param usersOf null where Slack cannot be asked at all
 */
export function createMembers(parts: {
  readonly groups: Groups;
  readonly clock: Clock;
  readonly usersOf: ((group: string) => Promise<readonly string[]>) | null;
}): Members {
  const { groups, clock, usersOf } = parts;
  const known = new Map<string, { readonly until: Time; readonly listed: Listed }>();
  const asking = new Map<string, Promise<Listed>>();

  return {
    async has(group, person) {
      const named = group === null ? undefined : groups.get(group);
      if (named === undefined) return { kind: 'nobody' };
      const onCall = onCallOf(named, clock.now());
      const ids = [...named.users, ...onCall.map(({ slack }) => slack)];
      if (ids.includes(person)) return { kind: 'member' };
      const lists = await Promise.all(named.userGroups.map(list));
      if (lists.some((one) => 'users' in one && one.users.has(person))) return { kind: 'member' };
      const failed = lists.find((one) => 'why' in one);
      if (failed !== undefined) return { kind: 'unsure', why: failed.why };
      return { kind: 'stranger', onCall: onCall.map(({ name }) => name) };
    },
  };

  /** Whoever comes while it is being asked waits for the same answer. */
  async function list(group: string): Promise<Listed> {
    const kept = known.get(group);
    if (kept !== undefined && kept.until > clock.now()) return kept.listed;
    const already = asking.get(group);
    if (already !== undefined) return already;
    const fresh = ask(group).finally(() => asking.delete(group));
    asking.set(group, fresh);
    return fresh;
  }

  async function ask(group: string): Promise<Listed> {
    const listed = await read(group);
    known.set(group, { until: clock.now() + ('users' in listed ? KEPT : FAILED_KEPT), listed });
    return listed;
  }

  async function read(group: string): Promise<Listed> {
    if (usersOf === null) return { why: 'Slack is not configured' };
    try {
      return { users: new Set(await usersOf(group)) };
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return { why: `the user group ${group} could not be read (${why})` };
    }
  }
}
