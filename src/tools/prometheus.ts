import type { Clock } from '../domain/time.ts';
import type { PrometheusTool } from '../remediation/tools.ts';
import { recordedCalls } from './call.ts';
import type { PrometheusConfig } from './config.ts';
import type { Connected } from './connected.ts';
import { ToolError } from './error.ts';
import { httpServer, parseBody, requestPath } from './http.ts';

type Sample = Awaited<ReturnType<PrometheusTool['query']>>[number];

/** Instant queries to Prometheus, or to anything with its query API. */
export function connectPrometheus(config: PrometheusConfig, clock: Clock): Connected<PrometheusTool> {
  const base = new URL(config.url);
  const server = httpServer(base.origin, { timeout: config.timeout });
  const token = config.token?.reveal();
  return {
    close: server.close,
    open(scope) {
      const call = recordedCalls('prometheus', scope, clock, token === undefined ? [] : [token]);
      return {
        query: (expression) =>
          call<readonly Sample[]>({
            call: 'query',
            args: { expression },
            timeout: config.timeout,
            async act(signal) {
              const answer = await server.send({
                method: 'GET',
                path: requestPath(base, '/api/v1/query', { query: expression }),
                headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
                body: undefined,
                maxBytes: 4_000_000,
                signal,
              });
              return samplesOf(answer.status, parseBody(answer.body));
            },
            evidence: (samples) => samples.map(({ labels, value }) => ({ labels, value: String(value) })),
          }),
      };
    },
  };
}

interface Answer {
  readonly status?: unknown;
  readonly error?: unknown;
  readonly data?: { readonly resultType?: unknown; readonly result?: unknown };
}

/** Values come as text, because JSON knows neither NaN nor infinity. */
function samplesOf(status: number, body: unknown): readonly Sample[] {
  const { data, error, status: said } = (typeof body === 'object' && body !== null ? body : {}) as Answer;
  if (said !== 'success') throw new ToolError(`answered ${status}: ${String(error ?? 'no Prometheus answer')}`);
  const result = data?.result;
  if (data?.resultType === 'scalar' && Array.isArray(result)) return [{ labels: {}, value: toNumber(result[1]) }];
  if (data?.resultType === 'vector' && Array.isArray(result)) {
    return result.map((one: { metric: Record<string, string>; value?: readonly unknown[] }) => ({
      labels: one.metric,
      value: toNumber(one.value?.[1]),
    }));
  }
  throw new ToolError(`the expression gives a ${String(data?.resultType)}; ask for a vector or a scalar`);
}

function toNumber(text: unknown): number {
  return text === '+Inf' ? Infinity : text === '-Inf' ? -Infinity : Number(text);
}
