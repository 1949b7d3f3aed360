import { z } from 'zod';
import { duration } from '../config/fields.ts';
import type { Labels } from '../domain/alert.ts';
import type { Level, Policy } from '../domain/climb.ts';
import { SEVERITIES, type Severity } from '../domain/severity.ts';
import type { Millis } from '../domain/time.ts';
import { matchers } from '../rules/matchers/field.ts';
import { matchesAll } from '../rules/matchers/match-labels.ts';
import { rotationsSchema } from './rotation-config.ts';

/** One value for all severities, or one for each with a default for those that are left out. */
const bySeverity = <T>(value: () => z.ZodType<T>) =>
  z
    .union([
      value().transform((same) => ({ default: same })),
      z.strictObject({
        default: value(),
        critical: value().optional(),
        high: value().optional(),
        medium: value().optional(),
        low: value().optional(),
      }),
    ])
    .transform((given: Given<T>) => {
      const of = (severity: Severity): T => given[severity] ?? given.default;
      return { critical: of('critical'), high: of('high'), medium: of('medium'), low: of('low') };
    });

type Given<T> = { readonly default: T } & { readonly [S in Severity]?: T | undefined };

/** `slack`, or a place that the channel knows: `slack:#leads`, `pagerduty:leads`. */
const channel = () =>
  z
    .string()
    .regex(/^[a-z]+(:\S{1,100})?$/, { error: 'is no channel; write for example slack, slack:#leads or pagerduty' });

const level = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9-]{0,31}$/, { error: 'expected a short name such as L1' }),
  /** How long after the first page it is told, unless somebody has taken the incident. */
  after: bySeverity(duration),
  /** Left out: every channel that takes pages. */
  notify: bySeverity(() => z.array(channel()).min(1)).optional(),
  /** Who that is; stands in the message. */
  who: z.string().min(1).max(60).optional(),
});

const policy = z
  .strictObject({
    name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, { error: 'expected small letters, digits and -' }),
    levels: z.array(level).min(1).max(10),
    /** Alerts that are told to a higher level at once, together with those below it. */
    start_at: z.array(z.strictObject({ level: z.string(), match: z.array(matchers()).min(1) })).default([]),
    /** When the last level does not answer either. */
    repeat: z
      .strictObject({ every: duration().prefault('30m'), times: z.int().min(0).max(100).default(3) })
      .prefault({}),
  })
  .superRefine(({ levels, start_at }, ctx) => {
    for (const [i, one] of levels.entries()) {
      if (levels.findIndex(({ name }) => name === one.name) !== i)
        ctx.addIssue({
          code: 'custom',
          path: ['levels', i, 'name'],
          message: `there is a level '${one.name}' already`,
        });
      const [before] = levels.slice(i - 1, i);
      const late = before === undefined ? null : earlier(one.after, before.after);
      if (i > 0 && late !== null)
        ctx.addIssue({
          code: 'custom',
          path: ['levels', i, 'after'],
          message: `comes before '${before?.name}' (${late})`,
        });
    }
    for (const [i, { level: name }] of start_at.entries()) {
      if (levels.some((one) => one.name === name)) continue;
      ctx.addIssue({ code: 'custom', path: ['start_at', i, 'level'], message: `there is no level '${name}'` });
    }
  });

/** `escalation` in the config: who is told when, in which order, and for how long somebody has an incident. */
export const escalationSchema = z
  .strictObject({
    /** For how long an acknowledgement keeps everybody else from being told. */
    ack_for: duration().prefault('30m'),
    /** Who is on call; a level names one in `who`. */
    rotations: rotationsSchema,
    policies: z
      .array(policy)
      .prefault([{ name: 'oncall', levels: [{ name: 'L1', after: '0s' }] }])
      .superRefine((policies, ctx) => {
        for (const [i, { name }] of policies.entries())
          if (policies.findIndex((one) => one.name === name) !== i)
            ctx.addIssue({ code: 'custom', path: [i, 'name'], message: `there is a policy '${name}' already` });
      }),
  })
  .prefault({});

export type EscalationConfig = z.output<typeof escalationSchema>;
export type PolicyConfig = EscalationConfig['policies'][number];

/** The policy as it stands for a severity; undefined where the config has none of this name. */
export function policyFor(
  { policies, ack_for }: EscalationConfig,
  name: string,
  severity: Severity,
): Policy | undefined {
  const found = policies.find((one) => one.name === name);
  if (found === undefined) return undefined;
  const [first, ...rest] = found.levels.map(
    (one): Level => ({
      name: one.name,
      after: one.after[severity],
      notify: one.notify?.[severity] ?? null,
      who: one.who ?? null,
    }),
  );
  if (first === undefined) return undefined;
  return { name, levels: [first, ...rest], repeat: found.repeat, ackFor: ack_for };
}

/** The level that these alerts are told to at once, as an index; the highest that one of them asks for. */
export function startingLevel(
  { policies }: EscalationConfig,
  name: string,
  alerts: readonly { readonly name: string; readonly labels: Labels }[],
): number {
  const found = policies.find((one) => one.name === name);
  const asked = (found?.start_at ?? [])
    .filter(({ match }) => alerts.some((alert) => matchesAll(match.flat(), alert)))
    .map(({ level: wanted }) => found?.levels.findIndex((one) => one.name === wanted) ?? 0);
  return Math.max(0, ...asked);
}

/** The names that `escalate.policy` of a rule may say. */
export function policyNames({ policies }: EscalationConfig): readonly string[] {
  return policies.map(({ name }) => name);
}

/** The first severity for which a level would be told before the one below it. */
function earlier(after: Delays, before: Delays): Severity | null {
  return SEVERITIES.find((severity) => after[severity] < before[severity]) ?? null;
}

type Delays = Readonly<Record<Severity, Millis>>;
