import { Agent, request } from 'undici';
import type { Alert, Labels } from '../domain/alert.ts';
import type { Presence } from '../domain/presence.ts';
import type { Millis } from '../domain/time.ts';
import { printMatcher } from '../rules/matchers/matcher.ts';
import type { SourceApiConfig } from './source-config.ts';
import { field, isObject } from './sources/json-fields.ts';
import { parseWebhook } from './sources/parse.ts';

/** The sources that can be asked which alerts fire. */
export type AskableSource = 'alertmanager' | 'signoz';

export interface Listed {
  readonly alert: Alert;
  readonly presence: Exclude<Presence, 'gone'>;
}

export interface SourceApi {
  /** Every alert that the source holds, silenced ones too. @throws Error where it gave no whole answer. */
  list(signal?: AbortSignal): Promise<readonly Listed[]>;
  /** The alerts that fire and that nobody suppressed. @throws Error as `list`. */
  fetchFiring(signal?: AbortSignal): Promise<readonly Alert[]>;
  /** Whether one alert still fires. Only a whole answer says `gone`; anything less throws. */
  lookup(fingerprint: string, labels: Labels, signal?: AbortSignal): Promise<Presence>;
  close(): Promise<void>;
}

export interface SourceApiOptions {
  readonly source: AskableSource;
  readonly config: Omit<SourceApiConfig, 'unreachable'>;
  /** For the whole answer. */
  readonly timeout?: Millis;
  /** Larger answers are refused, not cut: half a list would make the other half look resolved. */
  readonly mostBytes?: number;
}

const PATHS: Readonly<Record<AskableSource, string>> = { alertmanager: '/api/v2/alerts', signoz: '/api/v1/alerts' };

/** Asks Alertmanager or SigNoz what fires now. */
export function createSourceApi(options: SourceApiOptions): SourceApi {
  const { source, config, timeout = 10_000, mostBytes = 32 * 1024 * 1024 } = options;
  const agent = new Agent({
    connectTimeout: timeout,
    headersTimeout: timeout,
    bodyTimeout: timeout,
    maxResponseSize: mostBytes,
  });

  async function ask(filters: readonly string[], signal: AbortSignal | undefined): Promise<readonly Listed[]> {
    const url = new URL(config.url);
    // A base address with a path keeps it: `https://host/alertmanager` is asked at `/alertmanager/api/v2/alerts`.
    url.pathname = url.pathname.replace(/\/$/, '') + PATHS[source];
    for (const filter of filters) url.searchParams.append('filter', filter);
    const limit = AbortSignal.timeout(timeout);
    const answer = await request(url, {
      dispatcher: agent,
      headers: headersFor(source, config),
      signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
    });
    if (answer.statusCode !== 200) {
      await answer.body.dump();
      throw new Error(`${source} answered ${answer.statusCode} at ${url.origin}${url.pathname}`);
    }
    return readList(source, await answer.body.json());
  }

  return {
    list: (signal) => ask([], signal),
    async fetchFiring(signal) {
      const listed = await ask([], signal);
      return listed.filter(({ presence }) => presence === 'firing').map(({ alert }) => alert);
    },
    async lookup(fingerprint, labels, signal) {
      const listed = await ask(source === 'alertmanager' ? filtersFor(labels) : [], signal);
      return listed.find(({ alert }) => alert.fingerprint === fingerprint)?.presence ?? 'gone';
    },
    close: () => agent.close(),
  };
}

/** Few and short labels are enough to keep the answer small; the fingerprint decides. */
function filtersFor(labels: Labels): readonly string[] {
  return Object.entries(labels)
    .filter(([name, value]) => /^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name) && value.length <= 100)
    .slice(0, 8)
    .map(([name, value]) => printMatcher({ name, operator: '=', value }));
}

function readList(source: AskableSource, body: unknown): readonly Listed[] {
  const list = isObject(body) ? field(body, 'data') : body;
  if (!Array.isArray(list)) throw new Error(`${source} answered with something that is no list of alerts`);
  return list.map((item: unknown): Listed => {
    if (!isObject(item)) throw new Error(`${source} lists something that is no alert`);
    // Only alerts that fire are listed. Their end lies ahead, by the clock of the source, which may not be ours.
    const parsed = parseWebhook(source, { alerts: [{ ...item, status: 'firing' }] }, 0);
    const alert = parsed.kind === 'alerts' ? parsed.alerts[0] : undefined;
    // Left out, it would count as gone.
    if (alert === undefined) throw new Error(`${source} lists an alert that cannot be read`);
    return { alert, presence: presenceOf(field(item, 'status')) };
  });
}

/** An alert that a time interval mutes is one that a person wanted quiet. */
function presenceOf(status: unknown): Listed['presence'] {
  if (!isObject(status) || field(status, 'state') !== 'suppressed') return 'firing';
  const named = (name: string) => {
    const list = field(status, name);
    return Array.isArray(list) && list.length > 0;
  };
  return named('inhibitedBy') && !named('silencedBy') ? 'inhibited' : 'silenced';
}

function headersFor(source: AskableSource, { token, basic }: SourceApiOptions['config']): Record<string, string> {
  const headers: Record<string, string> = { accept: 'application/json' };
  if (basic !== undefined) {
    const pair = Buffer.from(`${basic.user}:${basic.password.reveal()}`).toString('base64');
    headers.authorization = `Basic ${pair}`;
  }
  if (token !== undefined) {
    if (source === 'signoz') headers['signoz-api-key'] = token.reveal();
    else headers.authorization = `Bearer ${token.reveal()}`;
  }
  return headers;
}
