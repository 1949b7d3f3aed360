import type { ServiceInstance, StepContext } from '../../../src/remediation/index.ts';
import { settingsOf } from '../../settings.ts';

type Context = Pick<StepContext<unknown>, 'tools' | 'handOver' | 'clock' | 'settings'>;

/** The service's instances; hands over where there are none. */
export async function readInstances(
  ctx: Pick<Context, 'tools' | 'handOver'>,
  service: string,
): Promise<readonly ServiceInstance[]> {
  const instances = await ctx.tools.services.list(service);
  if (instances.length === 0) ctx.handOver(`There is no service '${service}' on the platform; check the name`);
  return instances;
}

export function isUp({ state, healthy }: ServiceInstance): boolean {
  return state === 'running' && healthy !== false;
}

/** An instance that somebody, or the platform, has just started: to restart it again would only delay it. */
export function findComingUp(
  ctx: Pick<Context, 'clock' | 'settings'>,
  service: string,
  instances: readonly ServiceInstance[],
): ServiceInstance | undefined {
  const within = settingsOf(ctx).services[service]?.starts_within ?? 30_000;
  return instances.find(({ state, startedAt }) => {
    const age = startedAt === null ? Number.POSITIVE_INFINITY : ctx.clock.now() - startedAt;
    return (state === 'running' || state === 'starting') && age < within;
  });
}

/** When each instance was started; the same ids with other times are a restart that has landed. */
export type Starts = { readonly [id: string]: number | null };

export function startsOf(instances: readonly ServiceInstance[]): Starts {
  return Object.fromEntries(instances.map(({ id, startedAt }) => [id, startedAt]));
}

/** Whether every instance was started anew since then. One of several is not enough: the rest must still be restarted. */
export function restartedSince(before: Starts, now: readonly ServiceInstance[]): boolean {
  return now.length > 0 && now.every(({ id, startedAt }) => startedAt !== null && startedAt !== before[id]);
}

/** The instances as evidence. */
export function describe(instances: readonly ServiceInstance[]) {
  return instances.map(({ id, state, healthy, startedAt, restarts }) => ({ id, state, healthy, startedAt, restarts }));
}
