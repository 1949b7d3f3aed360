import { z } from 'zod';
import { group, secret } from '../../config/fields.ts';

/** `#incidents`, or the channel's id. */
const room = z
  .string()
  .regex(/^(#[\p{L}\p{N}_-]{1,80}|[CG][A-Z0-9]{6,})$/u, "expected '#name' or a channel id such as C0123456789");

/** Whom a page mentions: a user, a user group, everybody who is there, or everybody. */
const mention = z
  .string()
  .regex(/^([UWS][A-Z0-9]{2,}|here|channel)$/, "expected a user id (U…), a user group id (S…), 'here' or 'channel'");

export const slackSchema = z.strictObject({
  /** Bot token with the scopes that `config/slack-manifest.yaml` lists. */
  token: secret(),
  /** Signs what Slack sends; without it nobody can answer or command from Slack. */
  signing_secret: secret().optional(),
  /** Who may do what from Slack, beside answering: groups of `people`. */
  allow: z
    .strictObject({
      /** Who may use `status` and `why`; everybody in the workspace where it is left out. */
      look: group().optional(),
      /** Who may take over, pause, resume, hold and stop; nobody where it is left out. */
      act: group().optional(),
    })
    .prefault({}),
  /** Where answers to people may be posted; Slack's own address. */
  response_hosts: z.array(z.hostname()).default(['hooks.slack.com']),
  /** Where files may be posted that Slack asked for; Slack's own address. */
  upload_hosts: z.array(z.hostname()).default(['files.slack.com']),
  api_url: z.url({ protocol: /^https?$/ }).default('https://slack.com/api/'),
  channels: z.strictObject({
    /** Where incidents go whose severity has no channel of its own. */
    default: room,
    critical: room.optional(),
    high: room.optional(),
    medium: room.optional(),
    low: room.optional(),
  }),
  /** Mentioned in pages, and nowhere else. */
  mention: z.array(mention).max(10).default([]),
});

export type SlackConfig = z.output<typeof slackSchema>;
