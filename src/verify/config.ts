import { z } from 'zod';
import { matchers } from '../rules/matchers/field.ts';

const target = z
  .strictObject({
    kind: z.string().min(1),
    /** One target for all of these alerts. */
    id: z.string().min(1).optional(),
    /** The label of the alert that holds the target's id. */
    label: z.string().min(1).optional(),
  })
  .refine(({ id, label }) => (id === undefined) !== (label === undefined), {
    error: 'say either id or label: one target for all of these alerts, or the label that names it',
  });

/** What depends on what: alerts that match one entry are about something that depends on the target it names. */
export const dependsOnSchema = z.array(z.strictObject({ match: matchers(), on: target })).default([]);

export type DependsOn = z.output<typeof dependsOnSchema>;
