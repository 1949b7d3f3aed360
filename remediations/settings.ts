import { type JsonObject, parseDuration, z } from '../src/remediation/index.ts';

/** A duration of the config, such as `5m`, read to milliseconds. */
const duration = (fallback: string) =>
  z
    .string()
    .refine(isDuration, { error: 'expected a duration such as 30s or 5m' })
    .default(fallback)
    .transform(parseDuration);

/** A GET that answers 2xx where all is well. */
const Health = z.strictObject({
  /** A name under `tools.apis`. */
  api: z.string(),
  path: z.string().startsWith('/').default('/health'),
});

const Service = z.strictObject({
  /** Queues that its workers serve; `q:wa:phone_{01..20}` stands for twenty. Empty for a service without workers. */
  queues: z
    .array(z.string())
    .default([])
    .transform((list) => list.flatMap(expand)),
  /** Asked beside the platform's own opinion, where the service has such an address. */
  health: Health.optional(),
  healthy_within: duration('60s'),
  /** An instance younger than this is still coming up and is not restarted once more. */
  starts_within: duration('30s'),
  min_instances: z.int().min(1).default(1),
  /** 1: it is never scaled. */
  max_instances: z.int().min(1).default(1),
});

const Phones = z.strictObject({
  /** A phone's queue is named by this and its id. */
  queue_prefix: z.string().default('q:wa:'),
  online_within: duration('5m'),
});

const Queues = z.strictObject({
  /** More waiting jobs than this are a backlog, where neither the alert nor `backlogs` says otherwise. */
  backlog: z.int().positive().default(1_000),
  backlogs: z.record(z.string(), z.int().positive()).default({}),
  /** A job that is active for longer hangs. */
  stuck_after: duration('5m'),
  /** Between two looks at a queue that show whether it moves. */
  sample_every: duration('2s'),
  /** How long jobs get to be taken again before the workers are restarted. */
  settle_within: duration('20s'),
});

const Source = z.strictObject({
  queues: z.array(z.string()).min(1),
  service: z.string(),
  /** The source itself, asked before its breaker is reset. */
  health: Health,
});

const ROLES = ['manager', 'team_lead', 'agent'] as const;
export type Role = (typeof ROLES)[number];
const Ladder = z.array(z.enum(ROLES)).length(3);

const Reviews = z.strictObject({
  /** User ids. The least loaded of several is taken. */
  managers: z.array(z.uuid()).default([]),
  team_leads: z.array(z.uuid()).default([]),
  agents: z.array(z.uuid()).default([]),
  /** Who gets a task at levels 1, 2 and 3, by its priority. */
  ladder: z
    .strictObject({
      urgent: Ladder.default(['manager', 'manager', 'manager']),
      high: Ladder.default(['team_lead', 'manager', 'manager']),
      medium: Ladder.default(['agent', 'team_lead', 'manager']),
      low: Ladder.default(['agent', 'team_lead', 'manager']),
    })
    .prefault({}),
  /** How much later an unanswered task goes one level up. */
  next_level_after: duration('2h'),
  /** How long a task may wait where its table holds no deadline. */
  due_within: z
    .strictObject({
      urgent: duration('1h'),
      high: duration('4h'),
      medium: duration('8h'),
      low: duration('24h'),
    })
    .prefault({}),
});

/** Cerniq's part of the config, under `settings`. Unknown keys are mistakes. */
export const settingsSchema = z.strictObject({
  phones: Phones.prefault({}),
  services: z.record(z.string(), Service).default({}),
  /** Restarted only where a person has approved that very run. */
  protected_services: z.array(z.string()).default(['postgres', 'redis']),
  queues: Queues.prefault({}),
  enrichment: z.strictObject({ sources: z.record(z.string(), Source).default({}) }).prefault({}),
  reviews: Reviews.prefault({}),
});

export type CerniqSettings = z.output<typeof settingsSchema>;
export type ServiceSettings = CerniqSettings['services'][string];
export type SourceSettings = CerniqSettings['enrichment']['sources'][string];
export type ReviewSettings = CerniqSettings['reviews'];

/** How many queues there are of which the config knows who works on them. */
export async function countQueues(ctx: { readonly settings: JsonObject }): Promise<number> {
  return new Set(Object.values(settingsOf(ctx).services).flatMap(({ queues }) => queues)).size;
}

/** How many sources companies are enriched from. */
export async function countSources(ctx: { readonly settings: JsonObject }): Promise<number> {
  return Object.keys(settingsOf(ctx).enrichment.sources).length;
}

/** The settings as a remediation works with them. They were checked at start, so this does not fail at night. */
export function settingsOf(ctx: { readonly settings: JsonObject }): CerniqSettings {
  return settingsSchema.parse(ctx.settings);
}

/** The service whose workers serve this queue; null where the settings name none. */
export function servingService(
  settings: CerniqSettings,
  queue: string,
): ({ readonly name: string } & ServiceSettings) | null {
  const found = Object.entries(settings.services).find(([, service]) => service.queues.includes(queue));
  return found === undefined ? null : { name: found[0], ...found[1] };
}

/** `q:wa:phone_{01..20}` as the twenty names that it stands for. */
function expand(pattern: string): readonly string[] {
  const range = /^(.*)\{(\d{1,4})\.\.(\d{1,4})\}(.*)$/.exec(pattern);
  if (range === null) return [pattern];
  const [, before = '', from = '', to = '', after = ''] = range;
  const count = Math.max(0, Number(to) - Number(from) + 1);
  return Array.from(
    { length: count },
    (_, i) => `${before}${String(Number(from) + i).padStart(from.length, '0')}${after}`,
  );
}

function isDuration(text: string): boolean {
  try {
    parseDuration(text);
    return true;
  } catch {
    return false;
  }
}
