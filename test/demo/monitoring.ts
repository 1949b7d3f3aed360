import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { SERVICES } from '../support/cerniq/names.ts';

/**
 * Stands for Prometheus and Alertmanager where there is no time to install them: it reads the same metrics, judges by the
 * conditions of the shipped alert rules, only with shorter waits, and posts what Alertmanager would post. An alert ends
 * when its condition does, and for no other reason.
 */
export interface Monitoring {
  /** From now on a worker service that does not answer is an alert, too. */
  watchWorkers(): void;
  stop(): Promise<void>;
}

interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

interface Condition {
  readonly alert: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly summary: string;
}

interface Firing extends Condition {
  readonly startsAt: string;
}

/** For how long nothing must have been enriched; half an hour in production. */
const STALLED_FOR = 2_000;
const EVERY = 500;
const NEVER = '0001-01-01T00:00:00Z';

export function startMonitoring(options: {
  readonly metricsUrl: string;
  readonly webhookUrl: string;
  readonly token: string;
}): Monitoring {
  const firing = new Map<string, Firing>();
  const cancel = new AbortController();
  const { signal } = cancel;
  const movedAt = new Map<string, { readonly count: number; readonly at: number }>();
  let watchesWorkers = false;

  async function look(): Promise<void> {
    const text = await (await fetch(options.metricsUrl, { signal })).text();
    const samples = parseMetrics(text);
    const down = watchesWorkers ? await workersDown(options.metricsUrl, signal) : [];
    const all = [...overdue(samples), ...stalled(samples, movedAt), ...down];
    const seen = new Map(all.map((one) => [keyOf(one), one]));
    const begun = [...seen].filter(([key]) => !firing.has(key));
    const over = [...firing].filter(([key]) => !seen.has(key));
    if (begun.length === 0 && over.length === 0) return;
    const now = new Date().toISOString();
    const fresh = begun.map(([key, one]) => [key, { ...one, startsAt: now }] as const);
    await post([...fresh.map(([, one]) => alertOf(one, NEVER)), ...over.map(([, one]) => alertOf(one, now))]);
    // Only what was taken is remembered; the rest is sent again with the next look.
    for (const [key, one] of fresh) firing.set(key, one);
    for (const [key] of over) firing.delete(key);
  }
  async function post(alerts: readonly ReturnType<typeof alertOf>[]): Promise<void> {
    const status = alerts.some((one) => one.status === 'firing') ? 'firing' : 'resolved';
    const answer = await fetch(options.webhookUrl, {
      method: 'POST',
      headers: { authorization: `Bearer ${options.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        version: '4',
        groupKey: '{}:{}',
        truncatedAlerts: 0,
        status,
        receiver: 'remedyd',
        groupLabels: {},
        commonLabels: {},
        commonAnnotations: {},
        externalURL: new URL('/', options.metricsUrl).href,
        alerts,
      }),
      signal,
    });
    await answer.body?.cancel();
    if (!answer.ok) throw new Error(`remedyd answered ${answer.status}`);
  }
  async function watch(): Promise<void> {
    while (!signal.aborted) {
      await look().catch(() => undefined);
      await pause(EVERY, undefined, { signal }).catch(() => undefined);
    }
  }
  const watching = watch();
  return {
    watchWorkers() {
      watchesWorkers = true;
    },
    async stop() {
      cancel.abort();
      await watching;
    },
  };
}

/** `cerniq_hitl_overdue_tasks > 0` */
function overdue(samples: readonly Sample[]): readonly Condition[] {
  return samples
    .filter(({ name, value }) => name === 'cerniq_hitl_overdue_tasks' && value > 0)
    .map(({ labels, value }) => ({
      alert: 'HITLSlaBreach',
      labels: { ...labels, severity: 'warning' },
      summary: `${value} ${labels.approval_type} tasks of priority ${labels.priority} breached their SLA`,
    }));
}

/** Jobs wait for a source, and the count of its enrichments has not grown for a while. */
function stalled(
  samples: readonly Sample[],
  movedAt: Map<string, { readonly count: number; readonly at: number }>,
): readonly Condition[] {
  const now = performance.now();
  for (const { name, labels, value } of samples) {
    if (name !== 'cerniq_silver_enrichment_duration_seconds_count') continue;
    const source = labels.source ?? '';
    if (movedAt.get(source)?.count !== value) movedAt.set(source, { count: value, at: now });
  }
  return samples.flatMap(({ name, labels, value }) => {
    const source = /^silver:enrich:([a-z0-9]+)/.exec(labels.queue ?? '')?.[1];
    if (name !== 'cerniq_worker_queue_depth' || labels.state !== 'waiting' || source === undefined) return [];
    const moved = movedAt.get(source)?.at ?? now;
    if (value === 0 || now - moved < STALLED_FOR) return [];
    const summary = `No enrichments from ${source}, with ${value} jobs waiting`;
    return [{ alert: 'EnrichmentStalled', labels: { ...labels, source, severity: 'critical' }, summary }];
  });
}

/** `up{job="cerniq-workers"} == 0` */
async function workersDown(metricsUrl: string, signal: AbortSignal): Promise<readonly Condition[]> {
  const looks = Object.keys(SERVICES).map(async (service): Promise<readonly Condition[]> => {
    const answer = await fetch(`${metricsUrl}/workers/${service}`, { signal });
    await answer.body?.cancel();
    if (answer.ok) return [];
    const labels = { job: 'cerniq-workers', instance: service, service, severity: 'critical' };
    return [{ alert: 'WorkerDown', labels, summary: `Worker ${service} is not responding` }];
  });
  return (await Promise.all(looks)).flat();
}

function alertOf({ alert, labels, summary, startsAt }: Firing, endsAt: string) {
  const all = { alertname: alert, ...labels };
  return {
    status: endsAt === NEVER ? 'firing' : 'resolved',
    labels: all,
    annotations: { summary },
    startsAt,
    endsAt,
    generatorURL: '',
    fingerprint: createHash('sha256').update(JSON.stringify(all)).digest('hex').slice(0, 16),
  };
}

function keyOf({ alert, labels }: Condition): string {
  return JSON.stringify([alert, labels]);
}

function parseMetrics(text: string): readonly Sample[] {
  return text.split('\n').flatMap((line) => {
    const [, name, inner = '', value] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    if (name === undefined) return [];
    const labels = [...inner.matchAll(/(\w+)="([^"]*)"/g)].map(([, label, content]) => [label, content]);
    return [{ name, labels: Object.fromEntries(labels), value: Number(value) }];
  });
}
