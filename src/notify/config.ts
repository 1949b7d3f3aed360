import { z } from 'zod';
import { duration } from '../config/fields.ts';
import { pagerdutySchema } from './pagerduty/config.ts';
import { slackSchema } from './slack/config.ts';

/** `notify` in the config. */
export const notifySchema = z
  .strictObject({
    slack: slackSchema.optional(),
    pagerduty: pagerdutySchema.optional(),
    fallback: z
      .strictObject({
        /** How long a channel must have failed before the next one is used in its place and says so. */
        after: duration().default(60_000),
        /** Where a page goes, in this order, when the channel that it was for stays down. */
        order: z.array(z.enum(['slack', 'pagerduty'])).default(['pagerduty', 'slack']),
      })
      .prefault({}),
    links: z
      .strictObject({
        /** Where people reach this service, for links to the status page: `https://remedyd.example.com`. */
        status: z.url({ protocol: /^https?$/ }).optional(),
        /** Where relative runbook paths of the rules can be read. */
        runbooks: z.url({ protocol: /^https?$/ }).optional(),
      })
      .default({}),
  })
  .prefault({});

export type NotifyConfig = z.output<typeof notifySchema>;
