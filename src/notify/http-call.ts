import { fetch } from 'undici';

/** What the other side answered. */
export interface Called {
  readonly status: number;
  /** The body, as far as it was read. */
  readonly text: string;
  header(name: string): string | null;
}

export interface Call {
  readonly method: 'GET' | 'POST' | 'PATCH';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
}

/** More than any answer that a channel has to understand. */
const MOST = 2_000_000;

/**
 * One HTTP call without redirects. Whatever status comes is an answer.
 *
 * @throws what `fetch` throws where there is no answer, or it does not end before the signal.
 */
export async function callHttp(url: string, call: Call): Promise<Called> {
  const answer = await fetch(url, { ...call, redirect: 'manual' });
  const text = await beginning(answer.body, MOST);
  return { status: answer.status, text, header: (name) => answer.headers.get(name) };
}

/** The first characters of a body, however long it is. */
export async function beginning(body: AsyncIterable<Uint8Array> | null, most: number): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length >= most) break;
  }
  return text.slice(0, most);
}
