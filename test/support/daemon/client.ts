import { setTimeout as pause } from 'node:timers/promises';

/** An incident as the API gives it. */
export interface ApiIncident {
  readonly id: string;
  readonly rule: string;
  readonly target: { readonly kind: string; readonly id: string };
  readonly severity: string;
  readonly state: string;
  readonly reason: string;
  readonly openedAt: string;
  readonly endedAt: string | null;
  readonly deadlineAt: string | null;
  readonly pagedAt: string | null;
  readonly recurrenceOf: string | null;
  readonly coveredBy: string | null;
  readonly alerts: readonly {
    readonly source: string;
    readonly fingerprint: string;
    readonly name: string;
    readonly status: string;
  }[];
  readonly runs: readonly {
    readonly id: string;
    readonly remediation: string;
    readonly outcome: string | null;
    readonly recurredAt: string | null;
  }[];
}

export interface ApiTimelineEntry {
  readonly at: string;
  readonly type: string;
  readonly reason: string | null;
  readonly summary: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface ApiIncidentDetail extends ApiIncident {
  readonly timeline: readonly ApiTimelineEntry[];
  readonly timelineIntact: boolean;
  readonly evidence: readonly Readonly<Record<string, unknown>>[];
}

/** The application's own event, as it is posted. */
export interface Event {
  readonly name: string;
  readonly status: 'firing' | 'resolved';
  readonly severity?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly [more: string]: unknown;
}

export interface DaemonClient {
  readonly address: string;
  post(path: string, body: unknown, headers?: Readonly<Record<string, string>>): Promise<Response>;
  event(event: Event | readonly Event[]): Promise<Response>;
  get<T>(path: string): Promise<T>;
  incidents(query?: string): Promise<readonly ApiIncident[]>;
  incident(id: string): Promise<ApiIncidentDetail>;
  /** Asks until `look` answers with something other than undefined or false. @throws Error with the last state. */
  until<T>(what: string, look: () => Promise<T | undefined | false>, within?: number): Promise<T>;
  /** The one incident on a target, as soon as it is in one of these states. */
  untilState(target: string, states: readonly string[], within?: number): Promise<ApiIncidentDetail>;
}

/** Talks to a running daemon as its users do: over HTTP. */
export function client(address: string, token: string): DaemonClient {
  const authorization = `Bearer ${token}`;
  const post: DaemonClient['post'] = (path, body, headers = {}) =>
    fetch(`${address}${path}`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  const get = async <T>(path: string): Promise<T> => {
    const answer = await fetch(`${address}${path}`, { headers: { authorization } });
    if (!answer.ok) throw new Error(`GET ${path} answered ${answer.status}: ${await answer.text()}`);
    return (await answer.json()) as T;
  };
  const incidents = async (query = '') =>
    (await get<{ items: ApiIncident[] }>(`/api/incidents?limit=500&${query}`)).items;
  const incident = (id: string) => get<ApiIncidentDetail>(`/api/incidents/${id}`);
  const until: DaemonClient['until'] = async (what, look, within = 20_000) => {
    const end = performance.now() + within;
    for (;;) {
      const found = await look();
      if (found !== undefined && found !== false) return found;
      if (performance.now() > end) throw new Error(`Waited ${within} ms in vain: ${what}`);
      await pause(25);
    }
  };
  return {
    address,
    post,
    event: (event) => post('/webhooks/event', event),
    get,
    incidents,
    incident,
    until,
    async untilState(target, states, within) {
      let last = 'no incident';
      return until(
        `${target} in ${states.join(' or ')}; last seen: ${last}`,
        async () => {
          const [found] = await incidents(`target=${encodeURIComponent(target)}`);
          last = found === undefined ? 'no incident' : `${found.state} (${found.reason})`;
          return found !== undefined && states.includes(found.state) ? incident(found.id) : undefined;
        },
        within,
      ).catch(async (error: Error) => {
        throw new Error(`${error.message}; it is ${last}: ${JSON.stringify(await incidents(), null, 1)}`);
      });
    },
  };
}
