import { z } from 'zod';
import { duration, secret, severity, text } from '../config/fields.ts';

/** It is a label value, a metric label and part of a fingerprint. */
const name = z.string().regex(/^[a-z0-9][a-z0-9_.-]{0,62}$/, "expected a name such as 'api' or 'llm-service'");

const labelName = z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/, 'expected a label name: letters, digits and _');

/** Labels that the probe itself sets. */
const OWN_LABELS = ['alertname', 'probe', 'severity'];

const httpUrl = text().refine((value) => /^https?:$/.test(URL.parse(value)?.protocol ?? ''), {
  error: 'expected a URL that starts with http:// or https://',
});

const expectation = z
  .strictObject({
    /** Any of these is healthy. A redirect is not followed; its own status is judged. */
    status: z.array(z.int().min(100).max(599)).min(1).default([200]),
    /** Paths into the JSON of the answer, such as `checks.redis`, and the value that each must have. */
    json: z
      .record(z.string().min(1), z.union([z.string(), z.number(), z.boolean(), z.null()]))
      .refine((paths) => Object.keys(paths).length <= 20, { error: 'at most 20 paths' })
      .optional(),
    /** Slower than this is a failure, even with the right answer. */
    latency: duration().optional(),
  })
  .prefault({});

const httpProbe = z
  .strictObject({
    name,
    kind: z.literal('http'),
    /** For people: what it is that is not healthy. By default the name. */
    title: z.string().min(1).max(100).optional(),
    url: httpUrl,
    method: z.enum(['GET', 'HEAD', 'POST']).default('GET'),
    expect: expectation,
    headers: z.record(z.string().regex(/^[A-Za-z0-9-]+$/), text()).default({}),
    auth: z
      .union([z.strictObject({ bearer: secret() }), z.strictObject({ user: text(), password: secret() })])
      .optional(),
    every: duration().default(30_000),
    /** Each look comes up to this much sooner or later, so that probes do not all look at once. */
    jitter: duration().default(2_000),
    /** For the whole of it: connection, headers and body. */
    timeout: duration().default(5_000),
    fail_after: z.int().min(1).max(100).default(3),
    pass_after: z.int().min(1).max(100).default(2),
    severity: severity().default('high'),
    labels: z
      .record(labelName, z.string().max(200))
      .refine((labels) => !OWN_LABELS.some((own) => own in labels), {
        error: `${OWN_LABELS.join(', ')} are set by the probe`,
      })
      .default({}),
  })
  .refine(({ every }) => every >= 1_000, { error: 'every must be at least 1s', path: ['every'] })
  .refine(({ every, jitter }) => jitter < every, { error: 'jitter must be shorter than every', path: ['jitter'] })
  .refine(({ every, timeout }) => timeout > 0 && timeout <= every, {
    error: 'timeout must be longer than 0s and no longer than every',
    path: ['timeout'],
  })
  .refine(({ method, expect }) => method !== 'HEAD' || expect.json === undefined, {
    error: 'an answer to HEAD has no body to expect JSON in',
    path: ['expect', 'json'],
  });

/** `probes` in the config. */
export const probesSchema = z
  .array(httpProbe)
  .superRefine((probes, ctx) => {
    for (const [index, probe] of probes.entries()) {
      if (probes.findIndex((other) => other.name === probe.name) === index) continue;
      ctx.addIssue({
        code: 'custom',
        message: `another probe is named '${probe.name}' already`,
        path: [index, 'name'],
      });
    }
  })
  .default([]);

export type Probe = z.output<typeof httpProbe>;
