import { defineRemediation, formatDuration, stepsFor, z } from '../../src/remediation/index.ts';
import { ServiceName } from '../parameters.ts';
import { settingsOf, settingsSchema } from '../settings.ts';
import { checkHealth } from './parts/health.ts';
import { describe, findComingUp, readInstances, restartedSince, startsOf } from './parts/instances.ts';

const params = z.strictObject({ service: ServiceName });

const step = stepsFor(params);

const LOG_LINES = 100;

const examine = step({
  name: 'examine',
  effect: 'reads',
  repeat: 'safe',
  timeout: '60s',
  async run(ctx) {
    const { service } = ctx.params;
    if (settingsOf(ctx).protected_services.includes(service) && !ctx.approved) {
      ctx.handOver(
        `'${service}' holds data that others work on; it is restarted only after a person has approved that`,
      );
    }
    const instances = await readInstances(ctx, service);
    // They stand in the evidence: what the restart is about to take away is why it was needed.
    await ctx.tools.services.logs(service, LOG_LINES);
    const health = await checkHealth(ctx, service, instances);
    if (health.healthy) ctx.noop(`'${service}' is healthy: ${health.up} of ${health.instances} instances up`);
    const coming = findComingUp(ctx, service, instances);
    if (coming !== undefined) {
      const { clock } = ctx;
      ctx.waitUntil(clock.now() + 30_000, `'${service}' (${coming.id}) has just been started and is still coming up`);
    }
    return { starts: startsOf(instances), instances: describe(instances), health };
  },
});

const restart = step({
  name: 'restart',
  effect: 'changes',
  timeout: '5m',
  // A second restart would cut off what the first has just brought back.
  repeat: 'ask',
  async landed(ctx) {
    const now = await ctx.tools.services.list(ctx.params.service);
    return restartedSince(ctx.result(examine).starts, now) ? { instances: describe(now) } : undefined;
  },
  async run(ctx) {
    const { service } = ctx.params;
    const before = await ctx.tools.services.list(service);
    // The alert of one of its queues may have had it restarted since it was examined.
    if (restartedSince(ctx.result(examine).starts, before)) return { instances: describe(before) };
    await ctx.tools.services.restart(service, { approved: ctx.approved });
    return { instances: describe(await ctx.tools.services.list(service)) };
  },
});

const waitHealthy = step({
  name: 'wait-healthy',
  effect: 'reads',
  repeat: 'safe',
  timeout: '15m',
  async run(ctx) {
    const { service } = ctx.params;
    const within = settingsOf(ctx).services[service]?.healthy_within ?? 60_000;
    const giveUpAt = ctx.clock.now() + within;
    await ctx.until('2s', async () => {
      const health = await checkHealth(ctx, service, await readInstances(ctx, service));
      if (!health.healthy && ctx.clock.now() >= giveUpAt) {
        const idle = health.idle.length === 0 ? '' : `; nobody takes jobs of ${health.idle.join(', ')}`;
        const up = `${health.up} of ${health.instances} instances are up`;
        throw new Error(`'${service}' is not healthy ${formatDuration(within)} after its restart: ${up}${idle}`);
      }
      return health.healthy;
    });
    return null;
  },
});

export default defineRemediation({
  summary:
    'Restarts every instance of one service, with its last log lines as evidence, and waits until it works again.',
  risk: 'medium',
  params,
  settings: settingsSchema,
  needs: ['services', 'bullmq', 'redis'],
  target: ({ service }) => ({ kind: 'service', id: service }),
  steps: [examine, restart, waitHealthy],
  verify: {
    within: '2m',
    every: '10s',
    holdFor: '1m',
    async probe(ctx) {
      const instances = await ctx.tools.services.list(ctx.params.service);
      const { healthy, ...health } = await checkHealth(ctx, ctx.params.service, instances);
      return { healthy, evidence: { ...health, list: describe(instances) } };
    },
  },
});
