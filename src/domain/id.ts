import type { Time } from './time.ts';

/** Crockford's base 32 without letters that people misread on a phone screen. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

/** Random bytes that are fetched together, since fetching costs more than the bytes. None is used twice. */
const POOL = { bytes: new Uint8Array(2_048), used: 2_048 };

/**
 * A new identifier such as `inc-1kb2f3x-7d0m4qzt`: sorts by second, and holds 40 random bits so that a storm that opens
 * ten thousand incidents within one second still gets distinct ones. It contains no `:` and is no number, because BullMQ
 * refuses both in job ids.
 */
export function newId(prefix: 'inc' | 'run' | 'wh' | 'apr' | 'dem' | 'pau' | 'rep', now: Time): string {
  if (POOL.used === POOL.bytes.length) {
    crypto.getRandomValues(POOL.bytes);
    POOL.used = 0;
  }
  let tail = '';
  for (let i = 0; i < 8; i += 1) tail += ALPHABET[(POOL.bytes[POOL.used + i] ?? 0) & 31];
  POOL.used += 8;
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
