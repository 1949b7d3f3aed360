import type { AskedAlert, AskSources, Presence, SourceAnswer } from '../domain/presence.ts';
import type { Millis } from '../domain/time.ts';
import { type AskableSource, createSourceApi, type SourceApi } from './source-api.ts';
import type { SourcesConfig } from './source-config.ts';

export interface SourceDesk {
  readonly apis: Readonly<Partial<Record<AskableSource, SourceApi>>>;
  readonly ask: AskSources;
  close(): Promise<void>;
}

/** A changing step waits for it, so a source that hangs must not hold it up for long. */
const PATIENCE: Millis = 1_500;

/** Of more alerts than this the whole list is asked for at once. */
const FEW = 3;

/** The sources that can be asked back, for everybody who has to. */
export function createSourceDesk(sources: SourcesConfig, patience: Millis = PATIENCE): SourceDesk {
  const apis: Partial<Record<AskableSource, SourceApi>> = {};
  for (const source of ['alertmanager', 'signoz'] as const) {
    const config = sources[source]?.api;
    if (config !== undefined) apis[source] = createSourceApi({ source, config });
  }

  async function askOne(source: AskableSource, api: SourceApi, alerts: readonly AskedAlert[]): Promise<SourceAnswer[]> {
    const strict = sources[source]?.api?.unreachable === 'stop';
    const signal = AbortSignal.timeout(patience);
    try {
      const found = await presences(api, alerts, signal);
      return alerts.map((alert, i) => ({ alert, answer: found[i] ?? 'gone', strict }));
    } catch (error) {
      const answer = error instanceof Error ? error : new Error(String(error));
      return alerts.map((alert) => ({ alert, answer, strict }));
    }
  }

  return {
    apis,
    async ask(alerts) {
      const bySource = Map.groupBy(alerts, ({ source }) => source);
      const answers = [...bySource].map(([source, asked]) => {
        const api = source === 'alertmanager' || source === 'signoz' ? apis[source] : undefined;
        if (api === undefined) return asked.map((alert): SourceAnswer => ({ alert, answer: null, strict: false }));
        return askOne(source as AskableSource, api, asked);
      });
      return (await Promise.all(answers)).flat();
    },
    async close() {
      await Promise.all(Object.values(apis).map((api) => api.close()));
    },
  };
}

async function presences(api: SourceApi, alerts: readonly AskedAlert[], signal: AbortSignal): Promise<Presence[]> {
  if (alerts.length <= FEW)
    return Promise.all(alerts.map(({ fingerprint, labels }) => api.lookup(fingerprint, labels, signal)));
  const listed = new Map((await api.list(signal)).map(({ alert, presence }) => [alert.fingerprint, presence]));
  return alerts.map(({ fingerprint }) => listed.get(fingerprint) ?? 'gone');
}
