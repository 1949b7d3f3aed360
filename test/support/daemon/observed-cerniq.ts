import { derivedAlertmanager, derivedPrometheus, shipped } from '../cerniq/derived-monitoring.ts';
import { shippedRules, shortenRules } from '../cerniq/monitoring.ts';
import { SERVICES, type Service } from '../cerniq/names.ts';
import { startAlertmanager } from '../services/alertmanager.ts';
import { createDatabase } from '../services/postgres.ts';
import { type Monitor, startPrometheus } from '../services/prometheus.ts';
import { takeRedisDatabase } from '../services/redis.ts';
import { type HealedCerniq, type HealedOptions, startHealedCerniq } from './healed-cerniq.ts';

export interface ObservedCerniq extends HealedCerniq {
  readonly prometheus: Monitor;
  readonly alertmanager: Monitor;
}

/** Also the time that a scrape may take: shorter, and a busy machine makes workers look dead. */
const INTERVAL = '1s';

/**
 * The whole of it: a small Cerniq, watched by a real Prometheus with the shipped rules, whose alerts a real Alertmanager
 * sends to a daemon that heals by the shipped rules. Waits are shorter, nothing else is different.
 */
export async function startObservedCerniq(
  options: { readonly postgresUrl: string; readonly redisUrl: string } & Partial<HealedOptions>,
): Promise<ObservedCerniq> {
  await using starting = new AsyncDisposableStack();
  const { postgresUrl, redisUrl, services = Object.keys(SERVICES) as Service[], ...more } = options;
  const world = await startHealedCerniq({
    cerniqDatabaseUrl: await createDatabase(postgresUrl),
    daemonDatabaseUrl: await createDatabase(postgresUrl),
    watching: { within: '40s', every: '1s', hold: '3s' },
    services,
    ...more,
    redisUrl: await takeRedisDatabase(redisUrl),
  });
  starting.use(world);
  const alertmanager = await startAlertmanager({
    config: await derivedAlertmanager(`${world.daemon.address}/webhooks/alertmanager`),
    files: { token: world.token },
  });
  starting.use(alertmanager);
  const prometheus = await startPrometheus({
    config: await derivedPrometheus({
      cerniqUrl: world.cerniq.url,
      remedydUrl: world.daemon.address,
      alertmanagerUrl: alertmanager.url,
      services,
      interval: INTERVAL,
    }),
    files: {
      'etapa1.yml': shortenRules(await shippedRules(), { factor: 300, rangeAtLeast: 4_000 }),
      'watchdog.yml': await shipped('prometheus/rules/watchdog.yml'),
    },
  });
  starting.use(prometheus);
  const running = starting.move();
  const stop = async () => await running.disposeAsync();
  return { ...world, prometheus, alertmanager, stop, [Symbol.asyncDispose]: stop };
}
