import { z } from 'zod';
import { group } from '../config/fields.ts';

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
      })
      .refine(({ users, groups }) => users.length + groups.length > 0, {
        error: 'nobody is in it, so there is no approver; add users or groups',
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
