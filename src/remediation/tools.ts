import type { Json, JsonObject } from '../domain/json.ts';
import type { Millis, Time } from '../domain/time.ts';

/**
 * What steps reach the world through. Every call has a timeout, is cut off when the step's time is up or its lease is
 * lost, has a limit on what it reads back, and lands in the evidence with secrets redacted.
 */
export interface Tools {
  /** A named HTTP API of the config (`tools.apis`), such as `cerniq`. */
  api(name: string): HttpApi;
  readonly bullmq: BullmqTool;
  readonly redis: RedisTool;
  readonly postgres: PostgresTool;
  readonly services: ServicesTool;
  readonly prometheus: PrometheusTool;
}

export interface HttpApi {
  /** Answers with any status; throws only where no answer came. `path` segments are escaped by `path` below. */
  get(path: string, options?: HttpOptions): Promise<HttpAnswer>;
  post(path: string, body?: Json, options?: HttpOptions): Promise<HttpAnswer>;
  patch(path: string, body?: Json, options?: HttpOptions): Promise<HttpAnswer>;
}

export interface HttpOptions {
  readonly query?: Readonly<Record<string, string>>;
  readonly timeout?: Millis;
  /** Sent as `Idempotency-Key`, so that a repeated call is no second act where the API knows that header. */
  readonly idempotencyKey?: string;
}

export interface HttpAnswer {
  readonly status: number;
  /** 2xx. */
  readonly ok: boolean;
  /** The parsed body; a string where it is no JSON; null where it is empty. */
  readonly body: Json;
  readonly took: Millis;
}

export interface QueueCounts {
  readonly wait: number;
  readonly active: number;
  readonly delayed: number;
  readonly failed: number;
  readonly prioritized: number;
  readonly completed: number;
  readonly paused: boolean;
}

/** A job without its data: that may hold secrets or personal data and never leaves the managed system. */
export interface QueueJob {
  readonly id: string;
  readonly name: string;
  readonly addedAt: Time;
  readonly startedAt: Time | null;
  readonly attempts: number;
  readonly failedReason: string | null;
  /** Whether a worker holds a lock on it right now. */
  readonly locked: boolean;
}

/** Any BullMQ queue on the managed Redis, also names with colons, which the library itself refuses. */
export interface BullmqTool {
  counts(queue: string): Promise<QueueCounts>;
  /** Jobs completed plus failed since the queue exists where it keeps count, else the sizes of those sets. */
  finished(queue: string): Promise<number>;
  /** Oldest first, at most `limit`. */
  jobs(queue: string, state: 'active' | 'failed' | 'wait' | 'delayed', limit: number): Promise<readonly QueueJob[]>;
  /** How many worker connections the queue has. */
  workers(queue: string): Promise<number>;
  /** Moves failed jobs back to wait, oldest first, at most those named. Answers with how many. */
  retry(queue: string, jobIds: readonly string[]): Promise<number>;
  /** Puts active jobs whose lock is gone back to wait; two passes as BullMQ does it. Answers with their ids. */
  recoverStalled(queue: string): Promise<readonly string[]>;
  /** Takes an active job that is stuck away from its worker and puts it back to wait. False if it was not active any more. */
  requeueActive(queue: string, jobId: string): Promise<boolean>;
  pause(queue: string): Promise<void>;
  resume(queue: string): Promise<void>;
}

export interface RedisTool {
  ping(): Promise<Millis>;
  get(key: string): Promise<string | null>;
  set(key: string, value: string, expirySeconds?: number): Promise<void>;
  /** Answers with how many existed. */
  del(...keys: readonly string[]): Promise<number>;
  /** By SCAN, never KEYS; at most `limit` keys. */
  scan(pattern: string, limit: number): Promise<readonly string[]>;
  /** Seconds to live; -1 without expiry, -2 without key. */
  ttl(key: string): Promise<number>;
  info(section: string): Promise<Readonly<Record<string, string>>>;
}

export type Row = Readonly<Record<string, Json>>;

export interface PostgresTool {
  /** Reads, in a read-only transaction. At most `limit` rows (default 1,000); more is an error, not a silent cut. */
  query(sql: string, params?: readonly Json[], options?: { readonly limit?: number }): Promise<readonly Row[]>;
  /** Changes, in one transaction; refused and rolled back where more than `maxRows` rows would change. */
  execute(
    sql: string,
    params: readonly Json[],
    options: { readonly maxRows: number },
  ): Promise<{ readonly rowCount: number; readonly rows: readonly Row[] }>;
}

export interface ServiceInstance {
  readonly service: string;
  /** Container id or process number. */
  readonly id: string;
  readonly state: 'running' | 'starting' | 'stopped' | 'errored';
  /** From the platform's own health check; null where it has none. */
  readonly healthy: boolean | null;
  readonly startedAt: Time | null;
  readonly restarts: number;
}

/** Services of the managed system by name, whether they are Compose services or PM2 processes. */
export interface ServicesTool {
  /** Every instance of the service; empty where there is no such service. */
  list(service: string): Promise<readonly ServiceInstance[]>;
  /** Restarts every instance. A protected service only where `approved`, which is `ctx.approved`. */
  restart(service: string, options?: { readonly approved?: boolean }): Promise<void>;
  /** The last lines of its output, over all instances. */
  logs(service: string, lines: number): Promise<readonly string[]>;
  /** Sets the number of instances, within the limits of the config. @throws where the platform cannot scale. */
  scale(service: string, instances: number, options?: { readonly approved?: boolean }): Promise<void>;
}

export interface PrometheusTool {
  /** An instant query; one number for each series. */
  query(
    expression: string,
  ): Promise<readonly { readonly labels: Readonly<Record<string, string>>; readonly value: number }[]>;
}

/** Names that `needs` may list beside the named APIs of the config. */
export const BUILT_IN_TOOLS = ['bullmq', 'redis', 'postgres', 'services', 'prometheus'] as const;

/** One call of a tool as the evidence keeps it. */
export interface ToolCall {
  readonly tool: string;
  readonly call: string;
  readonly args: Json;
  readonly at: Time;
  readonly took: Millis;
  readonly result: Json;
  readonly error: string | null;
}

/** What the executor needs to give a step its tools: the cut-off, and where the calls are written down. */
export interface ToolScope {
  readonly signal: AbortSignal;
  record(call: ToolCall): void;
}

/** Makes tools for one step. `available` lists what the config has, for the check of `needs` at start. */
export interface Toolbox {
  readonly available: readonly string[];
  open(scope: ToolScope): Tools;
  close(): Promise<void>;
}

/** Settings of the managed system that remediations may read, free form, from `settings` in the config. */
export type Settings = JsonObject;
