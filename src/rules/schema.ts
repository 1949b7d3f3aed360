import { z } from 'zod';
import { duration, severity } from '../config/fields.ts';
import { SOURCES } from '../domain/alert.ts';
import { matchers } from './matchers/field.ts';
import { MODES, UNMATCHED } from './rule.ts';

/** A duration that is longer than nothing. */
const period = () => duration().refine((ms) => ms > 0, { error: 'must be longer than 0; write for example 5m' });

const name = (what: string) =>
  z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, {
    error: `${what} has small letters, digits and '-', at most 63; write for example phone-offline`,
  });

const label = () => z.string().min(1, { error: 'the name of a label is empty; write the label that holds the value' });

const scalar = z.union([z.string(), z.number(), z.boolean()]);

const binding = z
  .union([scalar, z.array(scalar), z.strictObject({ label: label(), default: scalar.optional() })], {
    error:
      'is neither a constant nor a label; write a text, a number, true, false, a list of those, or { label: NAME }',
  })
  .describe('A constant, or { label: NAME } for the value of a label of the alert. Never a template.');

const attempt = z.strictObject({
  remediation: z.string().describe('Path under remediations/, such as phones/reconnect.'),
  with: z.record(z.string(), binding).default({}).describe('A value for each parameter of the remediation.'),
  all_clear: z
    .strictObject({
      after: period(),
      raise: z.string().regex(/^[A-Za-z_][A-Za-z0-9_:-]{0,99}$/, {
        error: 'is no name for an alert; write for example PhonesCalm',
      }),
    })
    .optional()
    .describe(
      'Once the trouble has been gone for so long, this alert is raised, for a rule that takes the change back.',
    ),
});

const guards = z.strictObject({
  cooldown: duration().prefault('5m').describe('Per target, after the last run.'),
  budget: z
    .strictObject({ runs: z.int().min(1), per: period() })
    .prefault({ runs: 3, per: '1h' })
    .describe('Runs per target in a period.'),
  concurrency: z.int().min(1).default(1).describe('Runs of this rule at once.'),
  blast_radius: z
    .strictObject({ max: z.int().min(1).optional(), percent: z.number().gt(0).max(100).optional() })
    .refine(({ max, percent }) => max !== undefined || percent !== undefined, {
      error: 'blast_radius limits nothing; give max, percent or both',
    })
    .optional()
    .describe(
      'Targets of this kind that may be worked on or sick at once, itself included; percent is rounded down; the stricter wins.',
    ),
  storm: z
    .strictObject({ firing: z.int().min(2), within: period(), calm: period() })
    .optional()
    .describe(
      'More targets than this are another problem: nothing starts until the rule has opened nothing for `calm`.',
    ),
  common_cause: z
    .strictObject({
      after: z.int().min(1),
      within: period(),
      peers_percent: z.number().gt(0).max(100),
    })
    .optional()
    .describe(
      'Behind so many targets within the time: nothing more where this share of their kind is sick, or a canary is.',
    ),
  flapping: z
    .strictObject({ changes: z.int().min(3).max(100), within: period() })
    .prefault({ changes: 8, within: '30m' })
    .describe('More changes per target than this, on or off by itself, and nothing is done until it is steady.'),
  unless: z.array(matchers()).default([]).describe('Nothing is done while an alert fires that one of these matches.'),
  window: z.string().optional().describe('One of time_intervals of the config, or always, which is the default.'),
});

export const ruleSchema = z.strictObject({
  name: name("a rule's name").refine((given) => given !== UNMATCHED, {
    error: `'${UNMATCHED}' is reserved for alerts that no rule takes; choose another name`,
  }),
  description: z.string().min(1, { error: 'is empty; say in one sentence what the alert means and what is done' }),
  runbook: z.string().min(1).optional().describe('Link or path of what a person reads when paged.'),
  when: z.strictObject({
    source: z.array(z.enum(SOURCES)).min(1, { error: 'is empty; leave it out for any source' }).optional(),
    match: z
      .array(matchers())
      .min(1, { error: 'is empty and would match every alert; write for example [\'alertname="Name"\']' })
      .describe('Alertmanager matchers, all of which must agree: = != =~ !~, RE2, anchored, a missing label is "".'),
    not: z.array(matchers()).default([]).describe('Alerts that one of these entries matches are left alone.'),
    for: duration().prefault('0s').describe('How long it must have been firing.'),
  }),
  severity: severity().optional().describe("critical, high, medium or low; the alert's own if left out."),
  mode: z.enum(MODES).default('propose').describe('observe records, propose asks, auto acts.'),
  priority: z.int().default(0).describe('Where two rules match one alert the higher wins; a tie goes to a person.'),
  do: z.array(attempt).default([]).describe('Tried in this order until one has helped. Empty: people are told.'),
  target: z
    .strictObject({ kind: name('a kind of target'), label: label() })
    .optional()
    .describe('Takes the target from a label, for rules whose remediations do not say it.'),
  guards: guards.prefault({}),
  verify: z
    .strictObject({
      within: period().optional().describe('How long the world gets to become healthy.'),
      every: period()
        .refine((ms) => ms >= 1_000, { error: 'looks too often; write 1s or more' })
        .optional()
        .describe('How long between two looks.'),
      hold: period().optional().describe('How long it must stay healthy, and the alert gone, before it is believed.'),
    })
    .refine((given) => Object.values(given).some((one) => one !== undefined), {
      error: 'it says nothing; give within, every or hold, or leave it out',
    })
    .optional()
    .describe('How the outcome is judged on this rule; what is left out is as the remediation says.'),
  approval: z
    .strictObject({
      from: z.string().min(1).describe('Who may answer: a group of people of the config.'),
      needs: z.int().min(1).default(1).describe('How many distinct people must approve; one denial ends it.'),
      within: period().prefault('10m').describe('How long the question stands; then a person is paged.'),
    })
    .optional()
    .describe('Makes this rule ask; remediations of high risk always do.'),
  escalate: z
    .strictObject({
      policy: z.string().min(1).describe('One of escalation.policies of the config: who is told when.'),
      after: duration(),
    })
    .optional()
    .describe(
      'A person is paged unless it is healed by then; 0s pages at once, in parallel. The config has the default.',
    ),
});

/** One file of rules. */
export const rulesFileSchema = z.strictObject({
  rules: z.array(ruleSchema).describe('The rules of one area.'),
});

export type WrittenRule = z.output<typeof ruleSchema>;
