import type { Time } from './time.ts';

/** Crockford's base 32 without letters that people misread on a phone screen. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

/**
 * A new identifier such as `inc-1kb2f3x-7d0m4qzt`: sorts by second, and holds 40 random bits so that a storm that opens
 * ten thousand incidents within one second still gets distinct ones. It contains no `:` and is no number, because BullMQ
 * refuses both in job ids.
 */
export function newId(prefix: 'inc' | 'run' | 'wh' | 'apr' | 'dem' | 'pau' | 'rep', now: Time): string {
  const random = crypto.getRandomValues(new Uint8Array(8));
  let tail = '';
  for (const byte of random) tail += ALPHABET[byte & 31];
  return `${prefix}-${base32(Math.floor(now / 1_000))}-${tail}`;
}

/** A number between 0 (inclusive) and 1 (exclusive), for jitter only. */
export function random(): number {
  return Math.random();
}

function base32(value: number): string {
  let text = '';
  for (let rest = value; rest > 0; rest = Math.floor(rest / 32)) text = ALPHABET[rest % 32] + text;
  return text.padStart(7, '0');
}
