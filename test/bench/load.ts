import autocannon from 'autocannon';

export interface Load {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Alerts in one request. */
  readonly alerts: number;
  readonly connections: number;
  readonly seconds: number;
  /** The body of the next request. */
  body(): string;
}

export interface Throughput {
  readonly requestsPerSecond: number;
  readonly alertsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Answers other than 2xx, and requests without one. */
  readonly failed: number;
}

/** Sends for some seconds over loopback and says what came through. */
export async function load({ url, headers, alerts, connections, seconds, body }: Load): Promise<Throughput> {
  const result = await autocannon({
    url,
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    connections,
    duration: seconds,
    requests: [{ setupRequest: (request) => ({ ...request, body: body() }) }],
  });
  const perSecond = result['2xx'] / result.duration;
  return {
    requestsPerSecond: Math.round(perSecond),
    alertsPerSecond: Math.round(perSecond * alerts),
    p50Ms: result.latency.p50,
    p99Ms: result.latency.p99,
    failed: result.non2xx + result.errors + result.timeouts,
  };
}

/** The quotient of two rates, to two digits. */
export function ratio(a: number, b: number): number {
  return Math.round((a / b) * 100) / 100;
}

export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = Math.min(sorted.length - 1, Math.ceil((percent / 100) * sorted.length) - 1);
  return Math.round((sorted[Math.max(0, at)] ?? 0) * 100) / 100;
}
