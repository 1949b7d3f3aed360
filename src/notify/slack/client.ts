import { LogLevel, WebClient, type WebClientOptions } from '@slack/web-api';
import type { Secret } from '../../config/secret.ts';
import type { Millis } from '../../domain/time.ts';
import type { Rendered } from './render.ts';
import { dislikesLooks } from './verdict.ts';

/** A message in Slack. The channel is its id: an update does not take the name. */
export interface Place {
  readonly channel: string;
  readonly ts: string;
}

/** The two calls that a thread is made of. Both throw what the library throws. */
export interface SlackClient {
  post(where: string | Place, content: Rendered, broadcast?: boolean): Promise<Place>;
  update(place: Place, content: Rendered): Promise<void>;
}

/** One for each message: the library hands a signal to no call, so it goes in by way of `fetch`. */
export function slackClient(token: Secret, apiUrl: string, timeout: Millis, signal: AbortSignal): SlackClient {
  const web = new WebClient(token.reveal(), webOptions(apiUrl, timeout, signal));
  const plainly = { unfurl_links: false, unfurl_media: false, link_names: false, parse: 'none' } as const;

  return {
    async post(where, content, broadcast = false) {
      const room = typeof where === 'string' ? { channel: where } : { channel: where.channel, thread_ts: where.ts };
      const said = await withLooks(content, (looks) =>
        web.apiCall('chat.postMessage', {
          ...room,
          ...looks,
          ...plainly,
          ...(broadcast ? { reply_broadcast: true } : {}),
        }),
      );
      const { channel, ts }: Record<string, unknown> = { ...said };
      if (typeof channel !== 'string' || typeof ts !== 'string') throw new Error('its answer names no message');
      return { channel, ts };
    },
    async update(place, content) {
      // Text without blocks removes the old ones, so what is left never contradicts the text.
      await withLooks(content, (looks) =>
        web.apiCall('chat.update', { ...place, ...looks, link_names: false, parse: 'none' }),
      );
    },
  };
}

export function webOptions(apiUrl: string, timeout: Millis, signal: AbortSignal): WebClientOptions {
  return {
    slackApiUrl: apiUrl.endsWith('/') ? apiUrl : `${apiUrl}/`,
    timeout,
    // The outbox retries. The library's own half hour of retries, or its pause of every call, would hide that.
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    allowAbsoluteUrls: false,
    fetch: (url, init) =>
      fetch(url, { ...init, signal: init?.signal ? AbortSignal.any([init.signal, signal]) : signal }),
    logger: SILENT,
  };
}

/** A page must not fail over its looks: where the blocks are refused, the text alone is sent. */
async function withLooks<T>({ text, blocks }: Rendered, call: (looks: Partial<Rendered>) => Promise<T>): Promise<T> {
  try {
    return await call({ text, blocks });
  } catch (error) {
    if (!dislikesLooks(error)) throw error;
    return await call({ text });
  }
}

const nothing = () => undefined;

/** What goes wrong is an answer here and is logged by whoever asked; the library would print it on its own. */
const SILENT = {
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  setLevel: nothing,
  getLevel: () => LogLevel.ERROR,
  setName: nothing,
};
