import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Secret } from '../config/secret.ts';

/** The headers of a request, as Node gives them: names in small letters. */
export type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

export function header(headers: Headers, name: string): string | null {
  const value = headers[name.toLowerCase()];
  // Twice the same header is no sender of ours; which one a proxy believed cannot be known.
  return typeof value === 'string' && value !== '' ? value : null;
}

/** HMAC-SHA256 over the parts, as hex in small letters. */
export function hmac(secret: Secret, ...parts: readonly (string | Uint8Array)[]): string {
  const digest = createHmac('sha256', secret.reveal());
  for (const part of parts) digest.update(part);
  return digest.digest('hex');
}

/** Compares in constant time. */
export function sameText(given: string, expected: string): boolean {
  const a = Buffer.from(given);
  const b = Buffer.from(expected);
  return a.length === b.length && timingSafeEqual(a, b);
}
