/** Bodies as Alertmanager sends them; labels as the runbooks' alerts carry them. */

type Kind = 'new' | 'repeated';

/**
 * A source of webhook bodies with this many alerts. `new`: every alert is one that nobody has seen. `repeated`: the same
 * few groups again and again, as Alertmanager repeats them while they fire.
 */
export function webhookBodies(alerts: number, kind: Kind, run: string): () => string {
  let next = 0;
  const make = (group: number) =>
    JSON.stringify({ version: '4', status: 'firing', alerts: alertsOf(alerts, group, run, true) });
  if (kind === 'new') return () => make(next++);
  const ready = Array.from({ length: 10 }, (_, group) => make(group));
  return () => ready[next++ % ready.length] ?? '';
}

/** The same alerts as Alertmanager itself takes them at `POST /api/v2/alerts`. */
export function alertmanagerBodies(alerts: number, kind: Kind, run: string): () => string {
  let next = 0;
  const make = (group: number) => JSON.stringify(alertsOf(alerts, group, run, false));
  if (kind === 'new') return () => make(next++);
  const ready = Array.from({ length: 10 }, (_, group) => make(group));
  return () => ready[next++ % ready.length] ?? '';
}

function alertsOf(count: number, group: number, run: string, webhook: boolean): unknown[] {
  const startsAt = '2026-11-22T03:21:27.057642Z';
  return Array.from({ length: count }, (_, i) => {
    const labels = { alertname: 'BenchAlert', instance: `${run}-${group}-${i}`, job: 'bench', severity: 'info' };
    const annotations = {
      summary: `Instance ${group}-${i} is above its limit`,
      description: 'It has been for 5 minutes.',
    };
    const generatorURL = 'http://prometheus.internal:9090/graph?g0.expr=up+%3D%3D+0';
    if (!webhook) return { labels, annotations, startsAt, generatorURL };
    const fingerprint = Buffer.from(`${run}${group}/${i}`).toString('hex').padStart(16, '0').slice(-16);
    return {
      status: 'firing',
      labels,
      annotations,
      startsAt,
      endsAt: '0001-01-01T00:00:00Z',
      generatorURL,
      fingerprint,
    };
  });
}
