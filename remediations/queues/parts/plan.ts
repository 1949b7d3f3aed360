import type { QueueJob, ServiceInstance, StepContext } from '../../../src/remediation/index.ts';
import { awayPhone } from '../../services/parts/health.ts';
import { describe, findComingUp, isUp, type Starts, startsOf } from '../../services/parts/instances.ts';
import { servingService, settingsOf } from '../../settings.ts';
import { type QueueSample, sampleQueue } from './sample.ts';

/** A job that hangs. Only this very take of it: once it was put back and taken again, it is another worker's. */
export type StuckJob = { readonly id: string; readonly startedAt: number };

export type Plan = {
  readonly act: 'requeue' | 'restart' | 'scale';
  readonly why: string;
  readonly stuck: readonly StuckJob[];
  readonly service: string;
  readonly starts: Starts;
  readonly instances: number;
};

export type Diagnosis = {
  readonly pingMs: number;
  readonly sample: QueueSample;
  readonly workers: number;
  readonly list: ReturnType<typeof describe>;
  readonly plan: Plan;
};

const MOST_STUCK = 50;

/** Finds out why a queue is not worked off and what to do. Ends the run where there is nothing to do, or not for us. */
export async function diagnoseQueue(ctx: StepContext<unknown>, queue: string): Promise<Diagnosis> {
  const settings = settingsOf(ctx);
  const pingMs = await ctx.tools.redis.ping();
  const sample = await sampleQueue(ctx, queue);
  const workers = await ctx.tools.bullmq.workers(queue);
  const active = await ctx.tools.bullmq.jobs(queue, 'active', MOST_STUCK);
  const waiting = sample.waiting.at(-1) ?? 0;

  if (sample.paused) ctx.handOver(`The queue '${queue}' is paused; resume it if that is not on purpose`);
  if (waiting === 0 && sample.active === 0) ctx.noop(`Nothing waits in '${queue}' and nothing is active`);
  const away = await awayPhone(ctx, queue);
  if (away !== null) ctx.noop(`The phone of '${queue}' is ${away}; its jobs wait for it`);
  const service = servingService(settings, queue);
  if (service === null) return ctx.handOver(`The settings name no service that serves the queue '${queue}'`);

  const instances = await ctx.tools.services.list(service.name);
  const parts = { stuck: [], service: service.name, starts: startsOf(instances), instances: instances.length };
  const evidence = { pingMs, sample, workers, list: describe(instances) };
  const plan = (act: Plan['act'], why: string, stuck: readonly StuckJob[] = []): Diagnosis => ({
    ...evidence,
    plan: { ...parts, act, why, stuck },
  });

  const down = whyDown(instances, workers);
  if (down !== null) {
    waitWhileComingUp(ctx, service.name, instances);
    return plan('restart', `${service.name}: ${down}`);
  }
  const stuck = findStuck(active, ctx.clock.now() - settings.queues.stuck_after);
  if (stuck.length > 0) return plan('requeue', `${stuck.length} jobs are active for too long`, stuck);
  if (sample.moving) return growing();
  if (!sample.working) {
    waitWhileComingUp(ctx, service.name, instances);
    return plan('restart', `${workers} workers are connected and none takes a job`);
  }
  // It is at a job, and that is not yet too long. When it is, we know more.
  const oldest = Math.min(...active.map((job) => job.startedAt ?? Number.POSITIVE_INFINITY));
  return ctx.waitUntil(oldest + settings.queues.stuck_after + 1_000, 'Jobs are active, none of them for too long yet');

  function growing(): Diagnosis {
    const room = (service?.max_instances ?? 1) - instances.length;
    if (!sample.growing && waiting <= (settings.queues.backlogs[queue] ?? settings.queues.backlog)) {
      ctx.noop(`'${queue}' is worked off: ${sample.waiting.join(', ')} waiting at the last three looks`);
    }
    if (room > 0) return plan('scale', `the workers are healthy and too few: ${sample.waiting.join(', ')} waiting`);
    if (!sample.growing) {
      const { clock } = ctx;
      ctx.waitUntil(clock.now() + 60_000, `all ${instances.length} allowed instances work '${queue}' off already`);
    }
    return ctx.handOver(
      `'${queue}' grows (${sample.waiting.join(', ')}) though all ${instances.length} allowed instances work`,
    );
  }
}

function whyDown(instances: readonly ServiceInstance[], workers: number): string | null {
  const down = instances.filter((one) => !isUp(one));
  if (instances.length === 0) return null;
  if (down.length > 0) return `${down.length} of ${instances.length} instances are down`;
  return workers === 0 ? 'it runs, and no worker of this queue is connected' : null;
}

function findStuck(active: readonly QueueJob[], before: number): readonly StuckJob[] {
  return active.flatMap(({ id, startedAt }) => (startedAt !== null && startedAt < before ? [{ id, startedAt }] : []));
}

function waitWhileComingUp(ctx: StepContext<unknown>, service: string, instances: readonly ServiceInstance[]): void {
  const coming = findComingUp(ctx, service, instances);
  if (coming === undefined) return;
  ctx.waitUntil(ctx.clock.now() + 15_000, `'${service}' (${coming.id}) has just been started and is still coming up`);
}
