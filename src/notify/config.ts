import { z } from 'zod';
import { duration } from '../config/fields.ts';
import { emailSchema } from './email/config.ts';
import { pagerdutySchema } from './pagerduty/config.ts';
import { slackSchema } from './slack/config.ts';
import { smsSchema } from './sms/config.ts';
import { statuspageSchema } from './statuspage/config.ts';

/** The channels that reach those who can act. */
const PAGING = ['slack', 'pagerduty', 'email', 'sms'] as const;

const some = () => z.array(z.enum(PAGING)).min(1).optional();

/** `notify` in the config. */
export const notifySchema = z
  .strictObject({
    slack: slackSchema.optional(),
    pagerduty: pagerdutySchema.optional(),
    email: emailSchema.optional(),
    sms: smsSchema.optional(),
    /** The public page. It pages nobody and is shown only what `show` says. */
    statuspage: statuspageSchema.optional(),
    /** Where pages of a severity go, and what follows them. Left out, every channel takes what it is made for. */
    channels: z.strictObject({ critical: some(), high: some(), medium: some(), low: some() }).default({}),
    breaker: z
      .strictObject({
        /** After so many messages in a row that a channel did not take, no page waits for it. */
        failures: z.int().min(1).default(5),
        /** How often one message looks then whether the channel is back. */
        probe_every: duration().default(15_000),
      })
      .prefault({}),
    fallback: z
      .strictObject({
        /** How long a channel must have failed before the next one is used in its place and says so. */
        after: duration().default(60_000),
        /** Where a page goes, in this order, when the channel that it was for stays down. */
        order: z.array(z.enum(PAGING)).default(['pagerduty', 'slack', 'sms', 'email']),
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
  .superRefine((notify, ctx) => {
    for (const [severity, names = []] of Object.entries(notify.channels)) {
      for (const [index, name] of names.entries()) {
        if (notify[name] !== undefined) continue;
        const message = `${name} is not in the config; add notify.${name}, or take it out of this list`;
        ctx.addIssue({ code: 'custom', path: ['channels', severity, index], message });
      }
    }
  })
  .prefault({});

export type NotifyConfig = z.output<typeof notifySchema>;
