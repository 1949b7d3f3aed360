import type { Millis } from '../domain/time.ts';
import { cleanLine } from './say/clean.ts';

/** Client errors that say "not now" and not "never". */
const PASSING = new Set([408, 425, 429]);

/** Whether an HTTP status that is no success may be another one the next time. */
export function mayPass(status: number): boolean {
  return status >= 500 || status < 400 || PASSING.has(status);
}

/**
 * Reads `Retry-After`, as seconds or as a date. A date counts from the answer's own `Date` header, because our clock
 * and theirs may differ; null where the header is absent or makes no sense.
 */
export function retryAfter(header: (name: string) => string | null | undefined): Millis | null {
  const text = header('retry-after')?.trim();
  if (!text) return null;
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1_000;
  if (!/^[A-Za-z]{3,9},? /.test(text)) return null;
  const wait = Date.parse(text) - Date.parse(header('date') ?? '');
  return Number.isFinite(wait) ? Math.max(0, wait) : null;
}

/** Why a call failed, on one line: the network's own words lie in the cause of fetch's `fetch failed`. */
export function whyFailed(error: unknown): string {
  if (!(error instanceof Error)) return cleanLine(String(error), 200);
  if (error.name === 'TimeoutError') return 'no answer in time';
  if (error.name === 'AbortError') return 'cut off by our own shutdown';
  const cause = error.cause instanceof Error ? error.cause : null;
  const code = cause !== null && 'code' in cause ? String(cause.code) : '';
  const why = cause === null ? error.message : cause.message || code || error.message;
  return cleanLine(why, 200);
}
