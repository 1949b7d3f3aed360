import { z } from 'zod';
import { duration, text } from '../config/fields.ts';
import type { Millis } from '../domain/time.ts';
import type { Maintenance } from '../rules/maintenance.ts';
import { matchers } from '../rules/matchers/field.ts';

/** `guards` in the config: what the whole service allows itself. */
export const guardsSchema = z
  .strictObject({
    /** Runs at once in the whole service. */
    runs_at_once: z.int().min(1).default(10),
    /** Runs that may start within an hour in the whole service. */
    runs_per_hour: z.int().min(1).default(120),
    /** Waits on one target after 1, 2, 3 … attempts without success; the last one repeats. */
    backoff: z.array(duration()).prefault(['1m', '2m', '4m', '8m', '10m']),
  })
  .prefault({});

const target = z.string().regex(/^[^:\s]+(:.+)?$/, {
  error: "a target is 'kind:id', or 'kind' for all of them; write for example phone:phone_07",
});

/** `maintenance` in the config. */
export const maintenanceSchema = z
  .array(
    z
      .strictObject({
        name: z.string().min(1, { error: 'the name is empty; write for example sunday-database' }),
        /** For people who wonder why nothing happens. */
        why: z.string().min(1).optional(),
        /** Names of `time_intervals`; it goes on while one of them is open. */
        at: z.array(z.string()).min(1, { error: 'is empty and would never be; name one of time_intervals' }),
        rules: z.array(z.string()).min(1, { error: 'is empty; leave it out for every rule' }).optional(),
        targets: z.array(target).min(1, { error: 'is empty; leave it out for every target' }).optional(),
        /** Alertmanager matchers, all of which agree on one alert of the incident. */
        match: z.array(matchers()).default([]),
        /** Whether deadlines page meanwhile; `false` puts them off to behind its end. */
        pages: z.boolean().default(true),
      })
      .transform(
        ({ why, rules, targets, match, ...rest }): Maintenance => ({
          ...rest,
          why: why ?? null,
          rules: rules ?? null,
          targets: targets ?? null,
          match: match.flat(),
        }),
      ),
  )
  .default([]);

/** Every decision of the process, and every explanation, waits for the slowest canary. */
const LONGEST_LOOK: Millis = 5_000;

const canary = z
  .strictObject({
    name: z.string().min(1, { error: 'the name is empty; write for example internet' }),
    /** `host:port` that takes connections. */
    tcp: z
      .string()
      .regex(/^\[?[^\s/]+\]?:\d{1,5}$/, { error: "is no address; write it as 'host:port'" })
      .optional(),
    /** Whose answer is below 500. */
    http: text()
      .refine((value) => /^https?:$/.test(URL.parse(value)?.protocol ?? ''), {
        error: 'expected a URL that starts with http:// or https://',
      })
      .optional(),
    timeout: duration()
      .refine((ms) => ms <= LONGEST_LOOK, {
        error: 'is longer than 5s, and all decisions would wait for it; give 5s or less',
      })
      .prefault('2s'),
  })
  .refine(({ tcp, http }) => (tcp === undefined) !== (http === undefined), { error: 'give either tcp or http' });

/** `canaries` in the config. */
export const canariesSchema = z.array(canary).default([]);

export type CanaryConfig = z.output<typeof canary>;
