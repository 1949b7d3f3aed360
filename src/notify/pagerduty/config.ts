import { z } from 'zod';
import { secret } from '../../config/fields.ts';

export const pagerdutySchema = z.strictObject({
  /** Integration key of an Events API v2 integration. */
  routing_key: secret(),
  /** Sign the webhooks that PagerDuty sends; more than one while they are being changed. */
  webhook_secrets: z.array(secret()).max(5).default([]),
  url: z.url({ protocol: /^https?$/ }).default('https://events.pagerduty.com/v2/enqueue'),
  /** Services that levels of an escalation policy tell: `pagerduty:leads`. */
  services: z.record(z.string(), secret()).optional(),
  /** Other services for single severities. */
  routing_keys: z
    .strictObject({
      critical: secret().optional(),
      high: secret().optional(),
      medium: secret().optional(),
      low: secret().optional(),
    })
    .default({}),
});

export type PagerdutyConfig = z.output<typeof pagerdutySchema>;
