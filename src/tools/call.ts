import { formatDuration } from '../domain/duration.ts';
import type { Json } from '../domain/json.ts';
import { REDACTED, redact, redactText } from '../domain/redact.ts';
import type { Clock, Millis } from '../domain/time.ts';
import type { ToolScope } from '../remediation/tools.ts';
import { messageOf, ToolError, ToolRefusal } from './error.ts';
import { shorten, shortenText } from './shorten.ts';

export interface CallOptions<T> {
  /** Name of the call, such as `jobs` or `POST /api/…`. */
  readonly call: string;
  readonly args: Json;
  /** The longest that it may take; the step's own limit may be shorter. */
  readonly timeout: Millis;
  /** Looks at the arguments before anything is sent. @throws ToolRefusal */
  readonly refuse?: () => void;
  act(signal: AbortSignal): Promise<T>;
  /** What the evidence keeps of the result; by default the result itself, shortened. */
  readonly evidence?: (result: T) => Json;
}

export type Call = <T>(options: CallOptions<T>) => Promise<T>;

/**
 * Makes the one way in which a tool reaches the world for one step: cut off when the step is, limited in time, and
 * written down whatever comes of it, with secrets taken out. `secrets` are the tool's own, which have no form that
 * could be recognised.
 */
export function recordedCalls(tool: string, scope: ToolScope, clock: Clock, secrets: readonly string[] = []): Call {
  const known = secrets.filter((secret) => secret.length >= 4);
  const cleanText = (text: string) => redactText(known.reduce((rest, one) => rest.replaceAll(one, REDACTED), text));
  const clean = (value: Json): Json => redact(shorten(mapTexts(value, cleanText)));
  return async (options) => {
    const at = clock.now();
    const write = (result: Json, error: string | null) =>
      scope.record({
        tool,
        call: cleanText(options.call),
        args: clean(options.args),
        at,
        took: clock.now() - at,
        result: clean(result),
        error,
      });
    try {
      scope.signal.throwIfAborted();
      options.refuse?.();
      const result = await within(options.timeout, scope.signal, (signal) => options.act(signal));
      write((options.evidence ?? asJson)(result), null);
      return result;
    } catch (error) {
      const why = shortenText(cleanText(messageOf(error)));
      write(null, why);
      // Whoever cut the step off gave a reason that the executor knows; it must see that very one.
      if (scope.signal.aborted) throw scope.signal.reason;
      const Kind = error instanceof ToolRefusal ? ToolRefusal : ToolError;
      throw new Kind(`${tool}: ${cleanText(options.call)}: ${why}`);
    }
  };
}

/** Waits for `act`, but no longer than the limit and never past the signal: a call that ignores both is left behind. */
async function within<T>(timeout: Millis, outer: AbortSignal, act: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(new Error(`no answer within ${formatDuration(timeout)}`)), timeout);
  const signal = AbortSignal.any([outer, late.signal]);
  const { promise: cut, reject } = Promise.withResolvers<never>();
  const stop = () => reject(signal.reason);
  signal.addEventListener('abort', stop, { once: true });
  const acting = act(signal);
  acting.catch(() => undefined);
  try {
    return await Promise.race([acting, cut]);
  } catch (error) {
    // An aborted call fails in its library's own words; what matters is why it was aborted.
    throw signal.aborted ? signal.reason : error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}

function mapTexts(value: Json, change: (text: string) => string): Json {
  if (typeof value === 'string') return change(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item: Json) => mapTexts(item, change));
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, mapTexts(item, change)]));
}

/** Results of tools are JSON or nothing at all. */
function asJson(result: unknown): Json {
  return (result ?? null) as Json;
}
