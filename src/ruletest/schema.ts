import { z } from 'zod';
import { duration, severity } from '../config/fields.ts';
import { GUARDS } from '../decide/guards/ask-all.ts';
import { SOURCES } from '../domain/alert.ts';
import type { IncidentState } from '../domain/incident.ts';
import { OUTCOMES } from '../domain/outcome.ts';
import { REASONS, type Reason } from '../domain/reason.ts';
import { fromIso } from '../domain/time.ts';
import type { Answered } from '../engine/answers.ts';
import { ENDS } from './ends.ts';

const STATES = [
  'received',
  'observing',
  'held',
  'approving',
  'running',
  'verifying',
  'escalated',
  'healed',
  'ignored',
  'closed',
] as const satisfies readonly IncidentState[];

/** What a decision can come to. */
export const VERDICTS = ['run', 'hold', 'ask', 'observe', 'ignore', 'escalate'] as const;

const reasons = Object.keys(REASONS) as [Reason, ...Reason[]];

const count = () => z.int().min(0);

const targetKey = () =>
  z.string().regex(/^[^:]+:.+$/, { error: 'is no target; write kind:id, for example phone:phone_07' });

const alert = z.strictObject({
  name: z.string().min(1),
  labels: z
    .record(z.string(), z.string())
    .default({})
    .describe("Values may hold ranges, such as 'phone_{01..09}': one alert for each."),
  annotations: z.record(z.string(), z.string()).default({}),
  source: z.enum(SOURCES).default('alertmanager'),
  severity: severity().optional().describe("The label 'severity' if left out."),
  test: z.string().optional().describe('Why it is only a test of the alerting itself.'),
});

/** The name of an alert of `alerts`, or the alert itself; or several of them. */
const oneOrMore = z.union([z.string(), alert, z.array(z.union([z.string(), alert])).min(1)], {
  error: "is no alert; write the name of one under 'alerts', { name, labels }, or a list of those",
});

const health = z.enum(['healthy', 'sick']);

const end = z.strictObject({
  ends: z.enum(ENDS).default('applied'),
  takes: duration().prefault('10s').describe('How long its steps take.'),
  wait: duration().prefault('5m').describe("How long it asks to wait where it ends with 'wait'."),
  of: z.string().optional().describe('Only runs of this remediation.'),
});

const place = { rule: z.string().optional(), target: targetKey().optional() };

const pause = z.strictObject({ ...place, for: duration().optional(), by: z.string().default('somebody') });

const person = z.union([z.string(), z.strictObject({ by: z.string(), ...place })], {
  error: 'is nobody; write a name, or { by: NAME, target: kind:id }',
});

const answer = z.union(
  [
    z.string(),
    z.strictObject({
      by: z.string(),
      stranger: z.boolean().optional().describe('Somebody who may not answer. Everybody else in a test may.'),
      ...place,
    }),
  ],
  { error: 'is nobody; write a name, or { by: NAME, stranger: true, target: kind:id }' },
);

const answers = z.union([answer, z.array(answer).min(1)]).optional();

/** What an answer can come to. */
export const ANSWERED = [
  'approved',
  'denied',
  'counted',
  'changed',
  'not-allowed',
  'repeated',
  'decided',
  'expired',
  'over',
  'not-asked',
] as const satisfies readonly Answered[];

const guardAnswer = z.strictObject({
  ok: z.boolean().optional(),
  reason: z.enum(reasons).optional(),
  numbers: z.record(z.string(), z.union([z.number(), z.string(), z.boolean(), z.null()])).default({}),
});

const expectation = z
  .strictObject({
    ...place,
    state: z.enum(STATES).optional(),
    reason: z.enum(reasons).optional(),
    verdict: z.enum(VERDICTS).optional().describe('What the last decision came to.'),
    severity: severity().optional(),
    run: z.string().optional().describe("The remediation of the last run, or 'none'."),
    outcome: z.enum(OUTCOMES).optional().describe('Of the last run.'),
    answered: z
      .enum(ANSWERED)
      .optional()
      .describe('What the last answer of somebody came to: it counts, or why it does not.'),
    held_until: duration().optional().describe('When a held incident is asked again, from the beginning of the test.'),
    deadline: z
      .union([z.literal('none'), duration()])
      .optional()
      .describe("When a person is paged, from the beginning of the test; 'none' once that is struck or done."),
    guards: z
      .partialRecord(z.enum(GUARDS.map(({ name }) => name)), guardAnswer)
      .optional()
      .describe('What guardrails answered in the last decision, with their numbers.'),
    states: z.partialRecord(z.enum(STATES), count()).optional().describe('How many incidents are in which state.'),
    incidents: count().optional().describe('How many were opened so far.'),
    open: count().optional().describe('How many are open.'),
    runs: z
      .union([count(), z.array(z.string())])
      .optional()
      .describe('The runs so far: how many, or their remediations in order. Rehearsals do not count.'),
    asked: count().optional().describe('How often people were asked so far.'),
    pages: count().optional().describe('How often people were paged so far.'),
  })
  .refine((given) => Object.keys(given).some((key) => key !== 'rule' && key !== 'target'), {
    error: 'expects nothing; add for example state: healed',
  });

export const stepSchema = z
  .strictObject({
    at: duration().optional().describe('When, from the beginning of the test.'),
    after: duration().optional().describe('When, from the step before.'),
    note: z.string().optional().describe('For people.'),
    population: count().optional().describe('From now on: of how many a percentage is taken.'),
    probe: z
      .union([health, z.strictObject({ is: health, of: z.string().optional(), target: targetKey().optional() })])
      .optional()
      .describe('From now on: what probes see. They are healthy where nothing is said.'),
    run: z
      .union([z.enum(ENDS), end])
      .optional()
      .describe("From now on: what the steps of runs come to. They are 'applied' after 10 s where nothing is said."),
    pause: z.union([z.literal('everything'), pause]).optional(),
    resume: z.union([z.literal('everything'), pause]).optional(),
    fires: oneOrMore.optional(),
    resolves: oneOrMore.optional().describe("'all' is everything that fires."),
    approve: answers.describe('Who says yes to what is asked; several answer one after another.'),
    deny: answers.describe('Who says no.'),
    ack: person.optional(),
    expect: z.union([expectation, z.array(expectation).min(1)]).optional(),
  })
  .refine(({ at, after }) => (at === undefined) !== (after === undefined), {
    error: 'needs either at or after; write for example at: 0s',
  });

const alerts = z.record(z.string(), alert).default({}).describe('Alerts by name, so that steps stay short.');

export const testSchema = z.strictObject({
  name: z.string().min(1, { error: 'is empty; say what must be so' }),
  rules: z.array(z.string()).min(1).optional().describe('Only these rules are in force; all of them if left out.'),
  start: z
    .string()
    .transform((text, ctx) => {
      const time = fromIso(text);
      if (time !== null) return time;
      ctx.addIssue({ code: 'custom', message: `'${text}' is no time; write for example '2026-01-05T10:00:00Z'` });
      return z.NEVER;
    })
    .prefault('2026-01-05T10:00:00Z')
    .describe('When the test begins, for rules with a window. A Monday morning if left out.'),
  alerts,
  steps: z.array(stepSchema).min(1, { error: 'is empty; give at least one step' }),
});

/** One file of tests. */
export const testsFileSchema = z.strictObject({ alerts, tests: z.array(testSchema) });

export type WrittenAlert = z.output<typeof alert>;
export type WrittenTest = z.output<typeof testSchema>;
export type WrittenStep = z.output<typeof stepSchema>;
export type Expectation = z.output<typeof expectation>;
export type WrittenEnd = z.output<typeof end>;
export type WrittenPlace = { readonly rule?: string | undefined; readonly target?: string | undefined };
