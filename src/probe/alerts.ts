import type { Alert } from '../domain/alert.ts';
import { formatDuration } from '../domain/duration.ts';
import type { Time } from '../domain/time.ts';
import type { Probe } from './config.ts';

/** The target is not healthy. */
export const FAILING = 'HealthProbeFailing';
/** The probe itself cannot look, so nobody knows. */
export const ERROR = 'ProbeError';

type Name = typeof FAILING | typeof ERROR;

/** Stable over restarts, replicas and changes of labels: it is what finds a standing alert again. */
export function fingerprintOf(alert: Name, probe: string): string {
  return `${alert}:${probe}`;
}

export function firing(alert: Name, probe: Probe, why: string, now: Time): Alert {
  const what = probe.title ?? probe.name;
  const summary =
    alert === FAILING
      ? `${what} failed its health check ${times(probe.fail_after)}: ${why}`
      : `The health check of ${what} cannot be carried out, so nobody knows whether it is healthy: ${why}`;
  return {
    source: 'probe',
    fingerprint: fingerprintOf(alert, probe.name),
    status: 'firing',
    name: alert,
    labels: { ...probe.labels, alertname: alert, probe: probe.name, severity: probe.severity },
    annotations: {
      summary,
      description: `${probe.method} ${withoutCredentials(probe.url)}, every ${formatDuration(probe.every)}`,
    },
    severity: probe.severity,
    startsAt: now,
    endsAt: null,
    generatorUrl: null,
    test: null,
    note: null,
  };
}

/** The same alert, over. */
export function resolved(alert: Alert, now: Time, note: string | null = null): Alert {
  return { ...alert, status: 'resolved', endsAt: now, note };
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times in a row`;
}

function withoutCredentials(text: string): string {
  const url = new URL(text);
  return `${url.origin}${url.pathname}`;
}
