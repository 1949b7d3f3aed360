import { z } from 'zod';
import { group } from '../config/fields.ts';
import { suggest } from '../config/nearest.ts';
import { type Groups, mostAnswers } from '../domain/people.ts';
import type { Rotation } from '../domain/rotation.ts';

const userId = z
  .string()
  .regex(/^[UW][A-Z0-9]{2,30}$/, "expected a Slack user id such as U0123456789; a profile's menu copies it");

const userGroupId = z.string().regex(/^S[A-Z0-9]{2,30}$/, 'expected the id of a Slack user group such as S0123456789');

/** `people` in the config: who may answer and command, by name. */
export const peopleSchema = z
  .record(
    group(),
    z
      .strictObject({
        /** Slack user ids. */
        users: z.array(userId).max(500).default([]),
        /** Slack user groups; who is in them is asked of Slack. */
        groups: z.array(userGroupId).max(20).default([]),
        /** Names of `escalation.rotations`: whoever is on call by them, or stands by, at the moment of the answer. */
        rotations: z.array(z.string()).max(20).default([]),
      })
      .refine(({ users, groups, rotations }) => users.length + groups.length + rotations.length > 0, {
        error: 'nobody is in it, so there is no approver; add users, groups or rotations',
      }),
  )
  .default({});

export type People = z.output<typeof peopleSchema>;

/** `approval` in the config: what holds where a rule asks and does not say it. */
export const approvalSchema = z
  .strictObject({
    /** The group of `people` that may answer. */
    from: group().optional(),
  })
  .prefault({});

/** A rotation as far as groups of people must know it. */
interface WrittenRotation {
  readonly name: string;
  readonly members: readonly { readonly slack?: string | undefined }[];
}

/** What is wrong with the rotations that groups name: there is none of that name, or nobody in it could ever answer. */
export function faultsOfRotations(people: People, rotations: readonly WrittenRotation[]) {
  return Object.entries(people).flatMap(([group, named]) =>
    named.rotations.flatMap((name, i) => {
      const path = ['people', group, 'rotations', i];
      const found = rotations.find((one) => one.name === name);
      if (found === undefined) {
        const names = rotations.map((one) => one.name);
        const fix = names.length === 0 ? 'add it to escalation.rotations' : suggest(name, names);
        return [{ path, message: `there is no rotation '${name}'`, fix }];
      }
      if (found.members.some(({ slack }) => slack !== undefined)) return [];
      const message = `nobody of the rotation '${name}' has a Slack id, so nobody could answer`;
      return [{ path, message, fix: 'add slack: U… to its members' }];
    }),
  );
}

/** How many people can answer for each group at one time, at most. */
export function sizesOf(people: People, rotations: readonly WrittenRotation[]): ReadonlyMap<string, number> {
  const idsOf = (name: string) =>
    rotations.find((one) => one.name === name)?.members.map(({ slack = null }) => slack) ?? [];
  return new Map(
    Object.entries(people).map(([name, { users, groups, rotations: named }]) => [
      name,
      mostAnswers(users, groups, named.map(idsOf)),
    ]),
  );
}

/** The groups in the engine's words. A rotation that is not there has nobody on call. */
export function groupsOf(people: People, rotations: readonly Rotation[]): Groups {
  return new Map(
    Object.entries(people).map(([name, { users, groups, rotations: named }]) => [
      name,
      { users, userGroups: groups, rotations: rotations.filter((one) => named.includes(one.name)) },
    ]),
  );
}
