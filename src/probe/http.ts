import { Agent, fetch } from 'undici';
import { redactText } from '../domain/redact.ts';
import type { Clock, Millis } from '../domain/time.ts';
import type { Probe } from './config.ts';
import { jsonFault } from './expect-json.ts';
import type { Look } from './look.ts';

/** A health answer is short; whoever sends more sends something else. */
const MOST_BYTES = 1_000_000;

/** Troubles of the network that lie on our side or in the config, and say nothing about the health of the target. */
const OURS = new Set([
  'EACCES',
  'EADDRNOTAVAIL',
  'EAI_AGAIN',
  'EAI_FAIL',
  'EMFILE',
  'ENETDOWN',
  'ENETUNREACH',
  'ENFILE',
  'ENOBUFS',
  'ENOTFOUND',
  'ERR_INVALID_URL',
]);

/** We are not let in, so nothing is known about health. Restarting a service does not mend our password. */
const NOT_LET_IN = [401, 403, 407];

/**
 * Looks once. Never throws: what goes wrong on the target's side is a `fail`, what goes wrong on ours an `error`. The
 * timeout binds for the whole of it, a body that trickles in included; `signal` cuts it off at shutdown.
 */
export async function lookHttp(probe: Probe, clock: Clock, signal: AbortSignal): Promise<Look> {
  const begun = clock.now();
  const over = new AbortController();
  const timeUp = new AbortController();
  // A connection of its own for each look: one kept from before hides that nobody new gets in.
  const agent = new Agent({ pipelining: 0 });
  // Rejects only when it is cut off because the look is over, or because of the shutdown that cuts the look off too.
  clock.sleep(probe.timeout, AbortSignal.any([over.signal, signal])).then(
    () => timeUp.abort(),
    () => undefined,
  );
  try {
    const why = await fault(probe, agent, AbortSignal.any([timeUp.signal, signal]));
    const took = clock.now() - begun;
    if (why !== null) return notLetIn(probe, why.status) ? error(why.text) : fail(why.text, took);
    const { latency } = probe.expect;
    if (latency !== undefined && took > latency)
      return fail(`the answer took ${took} ms instead of ${latency} ms`, took);
    return { result: 'pass', took };
  } catch (cause) {
    if (signal.aborted) return error('cut off by our own shutdown');
    if (timeUp.signal.aborted) return fail(`no answer within ${probe.timeout} ms`, clock.now() - begun);
    const { code, message } = reasonOf(cause);
    if (code === null || OURS.has(code)) return error(message);
    return fail(message, clock.now() - begun);
  } finally {
    over.abort();
    await agent.destroy();
  }
}

/** What is wrong with the answer, or null. @throws what fetch and the secrets throw. */
async function fault(
  probe: Probe,
  dispatcher: Agent,
  signal: AbortSignal,
): Promise<{ text: string; status: number } | null> {
  const { url, method, expect } = probe;
  const answer = await fetch(url, { method, headers: headersOf(probe), redirect: 'manual', signal, dispatcher });
  const { status } = answer;
  if (!expect.status.includes(status)) {
    await answer.body?.cancel();
    return { text: `answered ${status} instead of ${expect.status.join(' or ')}`, status };
  }
  const body = await read(answer.body);
  if (expect.json === undefined) return null;
  const text = body === null ? `the answer is longer than ${MOST_BYTES} bytes` : jsonFault(body, expect.json);
  return text === null ? null : { text: redactText(text), status };
}

/** The whole body, because a service that stops half way through an answer is not healthy; null where it is too long. */
async function read(body: AsyncIterable<Uint8Array> | null): Promise<string | null> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.byteLength;
    if (size > MOST_BYTES) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function headersOf({ headers, auth }: Probe): Record<string, string> {
  const common = { accept: 'application/json, */*;q=0.5', 'user-agent': 'remedyd-probe', ...headers };
  if (auth === undefined) return common;
  if ('bearer' in auth) return { ...common, authorization: `Bearer ${auth.bearer.reveal()}` };
  const pair = Buffer.from(`${auth.user}:${auth.password.reveal()}`).toString('base64');
  return { ...common, authorization: `Basic ${pair}` };
}

function notLetIn({ expect }: Probe, status: number): boolean {
  return NOT_LET_IN.includes(status) && !expect.status.includes(status);
}

/** The network's own words lie in the cause of fetch's `fetch failed`; without a code it was no trouble of the network. */
function reasonOf(thrown: unknown): { readonly code: string | null; readonly message: string } {
  if (!(thrown instanceof Error)) return { code: null, message: redactText(String(thrown)) };
  const cause = thrown.cause instanceof Error ? thrown.cause : thrown;
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : null;
  return { code, message: redactText(cause.message || code || thrown.message) };
}

function fail(why: string, took: Millis): Look {
  return { result: 'fail', why, took };
}

function error(why: string): Look {
  return { result: 'error', why };
}
