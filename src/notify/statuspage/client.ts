import type { JsonObject } from '../../domain/json.ts';
import type { Clock, Millis } from '../../domain/time.ts';
import type { Delivery } from '../channel.ts';
import { mayPass, retryAfter, whyFailed } from '../http-answer.ts';
import { callHttp } from '../http-call.ts';
import { said } from '../said.ts';
import { STATES, type Standing } from './components.ts';
import type { StatuspageConfig } from './config.ts';

type Failed = Exclude<Delivery, { kind: 'sent' }>;

/** A call that came to nothing, with what it means for the message. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly delivery: Failed;

  constructor(delivery: Failed) {
    super(delivery.why);
    this.delivery = delivery;
  }
}

/** The calls of one message, one after another and never faster than the service allows. They throw `Refusal`. */
export interface StatuspageClient {
  get(path: string): Promise<unknown>;
  send(method: 'POST' | 'PATCH', path: string, body: JsonObject): Promise<unknown>;
}

export interface ClientParts {
  readonly config: StatuspageConfig;
  readonly timeout: Millis;
  /** The pause between two calls: a token may ask once a second. */
  readonly pace: Millis;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

export function statuspageClient({ config, timeout, pace, clock, signal }: ClientParts): StatuspageClient {
  const base = `${config.url.replace(/\/$/, '')}/pages/${config.page_id}`;
  let isFirst = true;

  async function call(method: 'GET' | 'POST' | 'PATCH', path: string, body?: JsonObject): Promise<unknown> {
    const answer = await reach(method, path, body);
    const { status, text } = answer;
    const found = status === 200 || status === 201 ? parsed(text) : undefined;
    if (typeof found === 'object' && found !== null) return found;
    const why = `Statuspage answered ${status}${said(text, [config.api_key])}`;
    // Its rate limit has a number of its own.
    if (!mayPass(status) && status !== 420) throw new Refusal({ kind: 'rejected', why });
    throw new Refusal({ kind: 'retry', after: retryAfter(answer.header), why });
  }

  async function reach(method: 'GET' | 'POST' | 'PATCH', path: string, body: JsonObject | undefined) {
    try {
      if (!isFirst && pace > 0) await clock.sleep(pace, signal);
      isFirst = false;
      return await callHttp(`${base}${path}`, {
        method,
        headers: { authorization: `OAuth ${config.api_key.reveal()}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeout)]),
      });
    } catch (error) {
      throw new Refusal({ kind: 'retry', after: null, why: `Statuspage could not be reached: ${whyFailed(error)}` });
    }
  }

  return { get: (path) => call('GET', path), send: call };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The incidents that stand on the page, as far as they can be read. @throws Refusal for what is no list. */
export function standing(list: unknown): readonly Standing[] {
  if (!Array.isArray(list)) {
    throw new Refusal({ kind: 'retry', after: null, why: 'Statuspage answered with what is no list of incidents' });
  }
  return list.flatMap((one: Fields | null): readonly Standing[] => {
    if (typeof one?.id !== 'string') return [];
    const own = (one.metadata as Fields | null | undefined)?.remedyd as Fields | undefined;
    const components = Array.isArray(one.components) ? one.components.map((it: Fields | null) => String(it?.id)) : [];
    return [
      {
        id: one.id,
        status: String(one.status),
        ours: typeof own?.incident === 'string' ? own.incident : null,
        state: STATES.find((state) => state === own?.state) ?? null,
        components,
      },
    ];
  });
}

type Fields = Readonly<Record<string, unknown>>;
