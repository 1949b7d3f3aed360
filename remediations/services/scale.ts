import { defineRemediation, formatDuration, stepsFor, z } from '../../src/remediation/index.ts';
import { ServiceName } from '../parameters.ts';
import { settingsOf, settingsSchema } from '../settings.ts';
import { describe, isUp, readInstances } from './parts/instances.ts';

const params = z.strictObject({ service: ServiceName, direction: z.enum(['up', 'down']).default('up') });

const step = stepsFor(params);

const measure = step({
  name: 'measure',
  effect: 'reads',
  repeat: 'safe',
  timeout: '30s',
  async run(ctx) {
    const { service, direction } = ctx.params;
    const settings = settingsOf(ctx).services[service];
    if (settings === undefined) return ctx.handOver(`The settings know no service '${service}', so it has no limits`);
    const instances = await readInstances(ctx, service);
    const from = instances.length;
    const { min_instances: min, max_instances: max } = settings;
    if (direction === 'down' && from <= min) ctx.noop(`'${service}' has ${from} of at least ${min} instances`);
    if (direction === 'up' && from >= max) {
      ctx.handOver(`'${service}' has ${from} instances, and ${max} is the most that the settings allow`);
    }
    const sick = instances.filter((one) => !isUp(one));
    if (direction === 'up' && sick.length > 0) {
      ctx.noop(`${sick.length} of ${from} instances of '${service}' are not healthy; more of them would be no help`);
    }
    return { from, to: direction === 'up' ? from + 1 : from - 1, instances: describe(instances) };
  },
});

const scale = step({
  name: 'scale',
  effect: 'changes',
  timeout: '3m',
  repeat: 'ask',
  async landed(ctx) {
    const { length } = await ctx.tools.services.list(ctx.params.service);
    return length === ctx.result(measure).to ? { instances: length } : undefined;
  },
  async run(ctx) {
    const { to } = ctx.result(measure);
    await ctx.tools.services.scale(ctx.params.service, to, { approved: ctx.approved });
    return { instances: to };
  },
  async undo(ctx) {
    await ctx.tools.services.scale(ctx.params.service, ctx.result(measure).from, { approved: ctx.approved });
  },
});

const waitHealthy = step({
  name: 'wait-healthy',
  effect: 'reads',
  repeat: 'safe',
  timeout: '15m',
  async run(ctx) {
    const { service } = ctx.params;
    const { to } = ctx.result(measure);
    const within = settingsOf(ctx).services[service]?.healthy_within ?? 60_000;
    const giveUpAt = ctx.clock.now() + within;
    await ctx.until('2s', async () => {
      const instances = await readInstances(ctx, service);
      const up = instances.filter(isUp).length;
      if (up === to && instances.length === to) return true;
      if (ctx.clock.now() < giveUpAt) return false;
      throw new Error(`${up} of ${to} instances of '${service}' are up ${formatDuration(within)} after scaling`);
    });
    return null;
  },
});

export default defineRemediation({
  summary: 'Adds one instance of a service, or takes one away, within the limits of the settings.',
  risk: 'medium',
  params,
  settings: settingsSchema,
  needs: ['services'],
  target: ({ service }) => ({ kind: 'service', id: service }),
  steps: [measure, scale, waitHealthy],
  leaves: ({ params: { service, direction } }) => (direction === 'up' ? { service } : null),
  verify: {
    within: '2m',
    every: '10s',
    holdFor: '1m',
    async probe(ctx) {
      const { service } = ctx.params;
      const instances = await ctx.tools.services.list(service);
      const { min_instances: min = 1, max_instances: max = 1 } = settingsOf(ctx).services[service] ?? {};
      const within = instances.length >= min && instances.length <= max;
      return { healthy: within && instances.every(isUp), evidence: { min, max, instances: describe(instances) } };
    },
  },
});
