import { formatDuration, parseDuration } from '../domain/duration.ts';
import type { Clock } from '../domain/time.ts';

/** The service stops or lost the run: the step is cut off, and its journal stays `begun` for whoever resumes it. */
export class CutOff extends Error {
  override readonly name = 'CutOff';
}

/**
 * Runs `work` with a limit that binds even where `work` ignores its signal: a hanging call is left behind, not waited for.
 *
 * @param timeout as written by the author, for example `30s`.
 * @throws CutOff when `outer` aborts first; Error naming the limit when the time is up; whatever `work` throws.
 */
export async function attempt<T>(
  clock: Clock,
  timeout: string,
  outer: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const limit = parseDuration(timeout);
  // Not everything that is called heeds its signal: what must not happen any more is not begun.
  if (outer.aborted) throw new CutOff('cut off before it began', { cause: outer.reason });
  const done = new AbortController();
  const late = new AbortController();
  const signal = AbortSignal.any([outer, late.signal]);
  const cut = new Promise<never>((_, reject) => {
    const stop = () =>
      reject(late.signal.aborted ? late.signal.reason : new CutOff('the step was cut off', { cause: outer.reason }));
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
  clock.sleep(limit, done.signal).then(
    () => late.abort(new Error(`took longer than ${formatDuration(limit)}`)),
    () => undefined, // the work was faster
  );
  // A step may also throw at once, before there is a promise; that must not leave the limit running.
  const running = (async () => work(signal))();
  // Left behind after a timeout, it may still fail much later; nobody waits for that any more.
  running.catch(() => undefined);
  try {
    return await Promise.race([running, cut]);
  } finally {
    done.abort();
  }
}
