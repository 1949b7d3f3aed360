import { z } from 'zod';
import { secret, text } from '../config/fields.ts';

const basic = () => z.strictObject({ user: text(), password: secret() });

const auth = z
  .strictObject({
    bearer: secret().optional(),
    basic: basic().optional(),
    none: z.literal(true).optional(),
  })
  .refine((given) => Object.values(given).filter((way) => way !== undefined).length === 1, {
    error: 'must say one way; write { bearer: … }, { basic: { user, password } } or, to let anybody in, { none: true }',
  });

const hmac = z.strictObject({
  secret: secret(),
  header: z.string().min(1).default('X-Grafana-Alerting-Signature'),
  timestamp_header: z.string().min(1).optional(),
});

const api = z.strictObject({
  url: text().pipe(z.url({ protocol: /^https?$/, error: 'is no address; write for example http://alertmanager:9093' })),
  token: secret().optional(),
  basic: basic().optional(),
  unreachable: z
    .enum(['act', 'stop'])
    .default('act')
    .describe(
      'Before a change the source is asked whether the alert still fires. What to do where it does not answer.',
    ),
});

const source = z.strictObject({
  auth: auth.describe('How the sender shows who it is. Nothing is open unless it says so: { none: true }.'),
  hmac: hmac.optional().describe("Grafana's signature of the body, beside or instead of `auth`."),
});

const sourceWithApi = source.extend({
  api: api.optional().describe('Where to ask which alerts fire, for what a webhook cut off or lost.'),
});

/** Which sources may send webhooks; one that is left out has no route. */
export const sourcesSchema = z.strictObject({
  alertmanager: sourceWithApi.omit({ hmac: true }).optional(),
  signoz: sourceWithApi.omit({ hmac: true }).optional(),
  grafana: source.optional(),
  event: source.omit({ hmac: true }).optional(),
});

export type SourcesConfig = z.output<typeof sourcesSchema>;

export type SourceConfig = z.output<typeof source>;

export type SourceApiConfig = z.output<typeof api>;
