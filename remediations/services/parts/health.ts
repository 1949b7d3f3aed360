import type { ServiceInstance, StepContext } from '../../../src/remediation/index.ts';
import { type Look, look, movedBetween } from '../../queues/parts/sample.ts';
import { type ServiceSettings, settingsOf } from '../../settings.ts';
import { isUp } from './instances.ts';

type Context = Pick<StepContext<unknown>, 'tools' | 'settings' | 'clock' | 'signal'>;

/** Queues of a service that are looked at; one hung queue among twenty shows among these, too. */
const MOST_QUEUES = 30;

/** Whether the service's own health address says yes; null where it has none. */
export async function answersHealthy(ctx: Context, service: ServiceSettings | undefined): Promise<boolean | null> {
  if (service?.health === undefined) return null;
  try {
    return (await ctx.tools.api(service.health.api).get(service.health.path)).ok;
  } catch {
    return false;
  }
}

/** What the service's queues look like now, by their names; empty where it has no workers. */
export async function lookAtQueues(
  ctx: Context,
  service: ServiceSettings | undefined,
): Promise<ReadonlyMap<string, Look>> {
  const looks = new Map<string, Look>();
  for (const queue of service?.queues.slice(0, MOST_QUEUES) ?? []) looks.set(queue, await look(ctx, queue));
  return looks;
}

/**
 * Queues whose jobs nobody takes: something waits, no worker is at a job, and nothing moved between the two looks. A
 * paused queue, and one whose phone is away, waits on purpose.
 */
export async function idleQueues(
  ctx: Context,
  before: ReadonlyMap<string, Look>,
  after: ReadonlyMap<string, Look>,
): Promise<readonly string[]> {
  const idle: string[] = [];
  for (const [queue, now] of after) {
    const then = before.get(queue);
    if (then === undefined || now.waiting === 0 || now.counts.paused) continue;
    if (now.working || movedBetween(then, now)) continue;
    if ((await awayPhone(ctx, queue)) === null) idle.push(queue);
  }
  return idle;
}

/** The status of the phone that a queue sends through, where that is not ACTIVE: its jobs wait for the phone. */
export async function awayPhone(ctx: Context, queue: string): Promise<string | null> {
  const { queue_prefix: prefix } = settingsOf(ctx).phones;
  if (!queue.startsWith(prefix)) return null;
  const status = await ctx.tools.redis.get(`phone:status:${queue.slice(prefix.length)}`);
  return status === null || status === 'ACTIVE' ? null : status;
}

export type ServiceHealth = {
  readonly healthy: boolean;
  readonly up: number;
  readonly instances: number;
  readonly answers: boolean | null;
  readonly idle: readonly string[];
};

/** Whether the service is well: every instance up, its own address says so, and its workers take jobs. */
export async function checkHealth(
  ctx: Context,
  name: string,
  instances: readonly ServiceInstance[],
): Promise<ServiceHealth> {
  const settings = settingsOf(ctx);
  const service = settings.services[name];
  const answers = await answersHealthy(ctx, service);
  const before = await lookAtQueues(ctx, service);
  if (before.size > 0) await ctx.clock.sleep(settings.queues.sample_every, ctx.signal);
  const idle = before.size > 0 ? await idleQueues(ctx, before, await lookAtQueues(ctx, service)) : [];
  const up = instances.filter(isUp).length;
  const healthy = up === instances.length && up > 0 && answers !== false && idle.length === 0;
  return { healthy, up, instances: instances.length, answers, idle };
}
