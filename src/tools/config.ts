import { z } from 'zod';
import { duration, secret, text } from '../config/fields.ts';
import { BUILT_IN_TOOLS } from '../remediation/tools.ts';

const url = (...protocols: readonly string[]) =>
  text().refine((value) => protocols.includes(URL.parse(value)?.protocol.slice(0, -1) ?? ''), {
    error: `expected a URL that starts with ${protocols.map((one) => `${one}://`).join(' or ')}`,
  });

/** Names of APIs, services and Compose projects: what may stand in a page and in an argument list. */
const name = () => z.string().regex(/^[a-z0-9][a-z0-9_.-]{0,62}$/i, 'expected letters, digits, and - _ . inside');

const seconds = (count: number) => count * 1_000;

const api = z
  .strictObject({
    base_url: url('http', 'https'),
    /** Sent as `Authorization: Bearer …`. */
    token: secret().optional(),
    basic: z.strictObject({ user: text(), password: secret() }).optional(),
    timeout: duration().default(seconds(10)),
    /** Bytes of an answer's body that are read; more is an error. */
    max_bytes: z.int().min(1_024).max(64_000_000).default(1_000_000),
  })
  .refine((one) => one.token === undefined || one.basic === undefined, { error: 'give either token or basic' });

const redis = z.strictObject({
  url: url('redis', 'rediss'),
  timeout: duration().default(seconds(5)),
});

const bullmq = z.strictObject({
  /** The managed system's queues; by default on the Redis of `redis`. */
  url: url('redis', 'rediss').optional(),
  prefix: z.string().min(1).default('bull'),
  timeout: duration().default(seconds(5)),
});

const postgres = z.strictObject({
  url: url('postgres', 'postgresql'),
  statement_timeout: duration().default(seconds(10)),
});

/** Instances that a remediation may ask for, whatever its own settings say. */
const scale = z
  .record(
    name(),
    z
      .strictObject({ min: z.int().min(0).default(1), max: z.int().min(1).max(1_000) })
      .refine(({ min, max }) => min <= max, { error: 'min is more than max' }),
  )
  .default({});

const guarded = {
  /** Neither restarted nor scaled unless a person has approved that run. */
  protected: z.array(name()).default(['postgres', 'redis']),
  scale,
  timeout: duration().default(seconds(30)),
};

const pm2 = z.strictObject({
  driver: z.literal('pm2'),
  command: z.string().min(1).default('pm2'),
  /** PM2_HOME of the user whose processes these are; by default `.pm2` in the home folder. */
  home: z.string().min(1).optional(),
  ...guarded,
});

const docker = z.strictObject({
  driver: z.literal('docker'),
  /** `unix:///path` or `http://host:port`, the latter for a socket proxy. */
  host: z
    .string()
    .regex(/^(unix:\/\/\/|https?:\/\/)/, 'expected unix:///path/to.sock or http://host:port')
    .default('unix:///var/run/docker.sock'),
  project: name(),
  /** How long a container gets to stop before it is killed. */
  stop_timeout: duration().default(seconds(10)),
  /** Scaling goes through the docker CLI and needs the project's files; without this block it is refused. */
  compose: z
    .strictObject({
      command: z.string().min(1).default('docker'),
      files: z.array(z.string().min(1)).min(1),
      directory: z.string().min(1).optional(),
      timeout: duration().default(seconds(120)),
    })
    .optional(),
  ...guarded,
});

const prometheus = z.strictObject({
  url: url('http', 'https'),
  token: secret().optional(),
  timeout: duration().default(seconds(10)),
});

const builtIn: readonly string[] = BUILT_IN_TOOLS;

function nameFault(given: string): string | null {
  return name().safeParse(given).error?.issues[0]?.message ?? null;
}

/** The `tools` block of the config: how remediations reach the managed system. What is left out is not there. */
export const toolsSchema = z
  .strictObject({
    apis: z
      .record(z.string(), api)
      .superRefine((apis, ctx) => {
        for (const one of Object.keys(apis)) {
          const wrong = builtIn.includes(one) ? 'that is the name of a built-in tool' : nameFault(one);
          if (wrong !== null) ctx.addIssue({ code: 'custom', path: [one], message: wrong });
        }
      })
      .default({}),
    redis: redis.optional(),
    bullmq: bullmq.optional(),
    postgres: postgres.optional(),
    services: z.discriminatedUnion('driver', [pm2, docker]).optional(),
    prometheus: prometheus.optional(),
  })
  .refine(({ bullmq: queues, redis: store }) => queues === undefined || (queues.url ?? store?.url) !== undefined, {
    path: ['bullmq', 'url'],
    error: 'neither bullmq.url nor redis.url says where the queues are',
  });

export type ToolsConfig = z.output<typeof toolsSchema>;
export type ApiConfig = ToolsConfig['apis'][string];
export type RedisConfig = NonNullable<ToolsConfig['redis']>;
export type BullmqConfig = NonNullable<ToolsConfig['bullmq']>;
export type PostgresConfig = NonNullable<ToolsConfig['postgres']>;
export type ServicesConfig = NonNullable<ToolsConfig['services']>;
export type Pm2Config = Extract<ServicesConfig, { driver: 'pm2' }>;
export type DockerConfig = Extract<ServicesConfig, { driver: 'docker' }>;
export type PrometheusConfig = NonNullable<ToolsConfig['prometheus']>;
