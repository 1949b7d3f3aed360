import { z } from 'zod';
import { approvalSchema, faultsOfRotations, peopleSchema, sizesOf } from '../approve/config.ts';
import { autonomySchema } from '../autonomy/config.ts';
import { canariesSchema, guardsSchema, maintenanceSchema } from '../decide/config.ts';
import type { SEVERITIES, Severity } from '../domain/severity.ts';
import type { TimeInterval } from '../domain/time-interval.ts';
import { escalationSchema } from '../escalate/config.ts';
import { sourcesSchema } from '../ingest/source-config.ts';
import { notifySchema } from '../notify/config.ts';
import { probesSchema } from '../probe/config.ts';
import { incidentsSchema } from '../report/config.ts';
import { toolsSchema } from '../tools/config.ts';
import { dependsOnSchema } from '../verify/config.ts';
import { duration, secret, text } from './fields.ts';
import { suggest } from './nearest.ts';
import { timeIntervalsSchema } from './time-intervals.ts';

const policy = z.enum(['page', 'record']);

/** What happens to alerts that no rule takes; what could be serious reaches a person. */
const unmatchedDefault: Readonly<Record<Severity, 'page' | 'record'>> = {
  critical: 'page',
  high: 'page',
  medium: 'record',
  low: 'record',
};

const sections = z.strictObject({
  server: z
    .strictObject({
      host: z.string().default('127.0.0.1'),
      port: z.int().min(0).max(65_535).default(8080),
      /** Bytes of one webhook; a larger one is answered 413. */
      body_limit: z
        .int()
        .min(1_024)
        .default(10 * 1024 * 1024),
    })
    .prefault({}),
  /** Without a URL an own Postgres runs in `data_dir`. */
  database: z
    .strictObject({
      url: text().optional(),
      connections: z.int().min(2).max(200).default(10),
    })
    .prefault({}),
  /** Embedded Postgres and generated secrets live here, relative to the working folder. */
  data_dir: z.string().default('.remedyd'),
  /** While this file is there, what it names is paused; by default `pause` in `data_dir`. */
  pause_file: z.string().min(1).optional(),
  queue: z
    .strictObject({
      backend: z.enum(['postgres', 'redis']).default('postgres'),
      /** For the redis backend; REDIS_URL wins. */
      redis_url: text().optional(),
      prefix: z
        .string()
        .regex(/^[a-z0-9_-]+$/, 'expected small letters, digits, - and _')
        .default('remedyd'),
      poll: duration().prefault('500ms'),
      /** How long a run stays with a process that gives no sign of life; another one goes on with it then. */
      hold: duration().prefault('15s'),
      /** Jobs that one process works on at once. */
      execute: z.int().min(1).default(20),
      verify: z.int().min(1).default(20),
      people: z.int().min(1).default(8),
    })
    .prefault({}),
  ingest: z
    .strictObject({
      /** How long the first webhook of a group waits for company. */
      gather: duration().prefault('2ms'),
      /** A firing delivery that is older than a resolve this recent counts as late. */
      reorder_window: duration().prefault('5m'),
      /** A new incident this soon after a healed one is a recurrence. */
      recurrence_window: duration().prefault('4h'),
    })
    .prefault({}),
  sources: sourcesSchema.prefault({}),
  rules: z.string().default('rules'),
  remediations: z.string().default('remediations'),
  guards: guardsSchema,
  /** For `window` of rules. */
  time_intervals: timeIntervalsSchema,
  /** Planned times in which nothing is done. */
  maintenance: maintenanceSchema,
  /** What must always be reachable, for `common_cause` of rules. */
  canaries: canariesSchema,
  unmatched: z
    .strictObject({
      critical: policy.default(unmatchedDefault.critical),
      high: policy.default(unmatchedDefault.high),
      medium: policy.default(unmatchedDefault.medium),
      low: policy.default(unmatchedDefault.low),
    } satisfies Record<(typeof SEVERITIES)[number], unknown>)
    .prefault({}),
  /** When a person is paged where a rule does not say it. */
  escalate_after: duration().prefault('15m'),
  /** Who is told when, in which order. */
  escalation: escalationSchema,
  /** What people owe an incident that they were told of: updates while it is open, a post-mortem after it. */
  incidents: incidentsSchema,
  verify: z
    .strictObject({
      /** How long a source may take to say that an alert is gone, once the world is healthy: its group interval and more. */
      resolve_within: duration().prefault('6m'),
    })
    .prefault({}),
  autonomy: autonomySchema,
  /** What depends on what, beside what `unless` of the rules says: new alerts there after a run make it `worse`. */
  depends_on: dependsOnSchema,
  stop: z
    .strictObject({
      /** How long the steps under way may take to finish when the service is asked to stop. */
      grace: duration().prefault('20s'),
    })
    .prefault({}),
  /** Who may read the status API and, where `metrics` says so, the metrics. */
  api: z
    .strictObject({
      token: secret().optional(),
      basic: z.strictObject({ user: z.string(), password: secret() }).optional(),
      /** Whether health and metrics ask for it too. */
      metrics: z.boolean().default(false),
    })
    .prefault({}),
  retention: z
    .strictObject({
      incidents: duration().prefault('90d'),
      webhooks: duration().prefault('14d'),
    })
    .prefault({}),
  /** Groups of people by name: who may answer, and who may command from Slack. */
  people: peopleSchema,
  approval: approvalSchema,
  notify: notifySchema,
  tools: toolsSchema.prefault({}),
  /** What remediations read about the managed system; its shape is theirs. */
  settings: z.record(z.string(), z.json()).default({}),
  probes: probesSchema,
  log: z
    .strictObject({ level: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal']).default('info') })
    .prefault({}),
});

/** The whole config. Settings of a room stand beside its code; this file only puts them together. */
export const configSchema = sections.superRefine((config, ctx) => {
  const { time_intervals: intervals, maintenance, people, approval, notify } = config;
  for (const [i, { at }] of maintenance.entries()) {
    for (const [j, name] of at.entries()) {
      if (intervals.some((interval) => interval.name === name)) continue;
      const message = `there is no time interval '${name}'; add it to time_intervals, or name one of those`;
      ctx.addIssue({ code: 'custom', path: ['maintenance', i, 'at', j], message });
    }
  }
  const named = [
    { path: ['approval', 'from'], group: approval.from },
    { path: ['notify', 'slack', 'allow', 'look'], group: notify.slack?.allow.look },
    { path: ['notify', 'slack', 'allow', 'act'], group: notify.slack?.allow.act },
  ];
  for (const { path, group } of named) {
    if (group === undefined || Object.hasOwn(people, group)) continue;
    const fix = suggest(group, Object.keys(people));
    ctx.addIssue({ code: 'custom', path, message: `there is no group of people '${group}'`, params: { fix } });
  }
  for (const { path, message, fix } of faultsOfRotations(people, config.escalation.rotations))
    ctx.addIssue({ code: 'custom', path, message, params: { fix } });
});

export type Config = z.output<typeof configSchema>;

/** The named times, by name. */
export function timeIntervalsOf({ time_intervals: intervals }: Config): ReadonlyMap<string, readonly TimeInterval[]> {
  return new Map(intervals.map(({ name, time_intervals: entries }) => [name, entries]));
}

/** What `window` of a rule may say beside `always`. */
export function windowsOf({ time_intervals: intervals }: Config): readonly string[] {
  return intervals.map(({ name }) => name);
}

/** Who may answer, as rules are checked against it. */
export function approversOf({ people, approval, escalation }: Config) {
  return { groups: sizesOf(people, escalation.rotations), fallback: approval.from ?? null };
}
