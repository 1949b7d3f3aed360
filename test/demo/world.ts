import { ensure } from '../../scripts/ensure.ts';
import { type HealedCerniq, startHealedCerniq } from '../support/daemon/healed-cerniq.ts';
import { startPostgres } from '../support/services/postgres.ts';
import { startRedis } from '../support/services/redis.ts';
import { type Monitoring, startMonitoring } from './monitoring.ts';

export interface World extends HealedCerniq {
  readonly monitoring: Monitoring;
}

/** Everything that the demo runs on. Nothing of it outlives `stop`, nor on Linux the demo itself. */
export async function startWorld(say: (line: string) => void, signal: AbortSignal): Promise<World> {
  await using starting = new AsyncDisposableStack();
  await ensure(['redis-server'], say);
  signal.throwIfAborted();
  const [postgres, redis] = await Promise.allSettled([startPostgres(), startRedis()]);
  if (postgres.status === 'fulfilled') starting.use(postgres.value);
  if (redis.status === 'fulfilled') starting.use(redis.value);
  if (postgres.status === 'rejected') throw postgres.reason;
  if (redis.status === 'rejected') throw redis.reason;
  say(`Postgres on port ${postgres.value.port}, Redis on port ${redis.value.port}`);
  signal.throwIfAborted();
  const world = await startHealedCerniq({
    cerniqDatabaseUrl: await postgres.value.createDatabase(),
    daemonDatabaseUrl: await postgres.value.createDatabase(),
    redisUrl: await redis.value.takeDatabase(),
    watching: { within: '30s', every: '1s', hold: '5s' },
    config: { stop: { grace: '2s' } },
    say,
  });
  starting.use(world);
  const monitoring = startMonitoring({
    metricsUrl: `${world.cerniq.url}/metrics`,
    webhookUrl: `${world.daemon.address}/webhooks/alertmanager`,
    token: world.token,
  });
  starting.defer(() => monitoring.stop());
  say('Monitoring: judges Cerniq by the conditions of the shipped alert rules');
  const running = starting.move();
  const stop = async () => await running.disposeAsync();
  return { ...world, monitoring, stop, [Symbol.asyncDispose]: stop };
}
