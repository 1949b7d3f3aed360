import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import type { Service } from './names.ts';

const CONFIG = new URL('../../../config/', import.meta.url);

export async function shipped(path: string): Promise<string> {
  return await readFile(new URL(path, CONFIG), 'utf8');
}

interface Job {
  readonly job_name: string;
  readonly static_configs: readonly { readonly targets: readonly string[]; readonly labels?: Record<string, string> }[];
}

/**
 * The shipped Prometheus configuration, with the addresses of a small world and its quick pulse. Workers that this world
 * does not run are not watched. Its rules stand beside it, in `etapa1.yml` and `watchdog.yml`.
 */
export async function derivedPrometheus(world: {
  readonly cerniqUrl: string;
  readonly remedydUrl: string;
  readonly alertmanagerUrl: string;
  readonly services: readonly Service[];
  readonly interval: string;
}): Promise<object> {
  const config = parse(await shipped('prometheus/prometheus.yml')) as { readonly scrape_configs: readonly Job[] };
  const { interval, services } = world;
  const cerniq = new URL(world.cerniqUrl).host;
  const targets = ({ job_name, static_configs }: Job): Job['static_configs'] => {
    if (job_name === 'remedyd') return [{ targets: [new URL(world.remedydUrl).host] }];
    if (job_name === 'cerniq') return [{ targets: [cerniq] }];
    return static_configs
      .filter(({ labels }) => services.includes(labels?.service as Service))
      .map(({ labels }) => ({
        targets: [cerniq],
        labels: { ...labels, __metrics_path__: `/metrics/workers/${labels?.service}`, instance: labels?.service ?? '' },
      }));
  };
  return {
    ...config,
    global: { scrape_interval: interval, scrape_timeout: interval, evaluation_interval: interval },
    rule_files: ['etapa1.yml', 'watchdog.yml'],
    scrape_configs: config.scrape_configs.map((job) => ({ ...job, static_configs: targets(job) })),
    alerting: { alertmanagers: [{ static_configs: [{ targets: [new URL(world.alertmanagerUrl).host] }] }] },
  };
}

interface Route {
  readonly receiver: string;
  readonly group_wait: string;
  readonly group_interval: string;
  readonly repeat_interval: string;
  readonly routes?: readonly Route[];
}

interface Webhook {
  readonly url: string;
  readonly http_config: { readonly authorization: object };
}

/** The shipped Alertmanager configuration, sending to this address every second; its token is read from `token`. */
export async function derivedAlertmanager(webhookUrl: string): Promise<object> {
  const config = parse(await shipped('alertmanager/alertmanager.yml')) as {
    readonly route: Route;
    readonly receivers: readonly { readonly name: string; readonly webhook_configs: readonly Webhook[] }[];
  };
  const quick = (route: Route): Route => ({
    ...route,
    group_wait: '0s',
    group_interval: '1s',
    repeat_interval: route.repeat_interval === '1m' ? '2s' : route.repeat_interval,
    ...(route.routes === undefined ? {} : { routes: route.routes.map(quick) }),
  });
  return {
    ...config,
    route: quick(config.route),
    receivers: config.receivers.map((receiver) => ({
      ...receiver,
      webhook_configs: receiver.webhook_configs.map((webhook) => ({
        ...webhook,
        url: webhookUrl,
        http_config: { authorization: { ...webhook.http_config.authorization, credentials_file: 'token' } },
      })),
    })),
  };
}
