import type { Millis } from './time.ts';

const UNITS: Readonly<Record<string, Millis>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

const PART = /(\d+)(ms|[smhdw])/y;

/**
 * Reads a duration as Prometheus writes it: `90s`, `1h30m`, `500ms`, `2w`. A bare `0` is allowed, other bare numbers are
 * not, because nobody can see whether seconds or milliseconds were meant.
 *
 * @throws RangeError saying what was read and what is allowed.
 */
export function parseDuration(text: string): Millis {
  if (text === '0') return 0;
  let total = 0;
  PART.lastIndex = 0;
  while (PART.lastIndex < text.length) {
    const part = PART.exec(text);
    if (part === null) break;
    total += Number(part[1]) * (UNITS[part[2] ?? ''] ?? 0);
    if (PART.lastIndex === text.length) return total;
  }
  throw new RangeError(`'${text}' is no duration; write for example 30s, 5m, 1h30m or 2d`);
}

/** The shortest honest form for people: `42 s`, `3 min 20 s`, `2 h 5 min`, `3 d`. */
export function formatDuration(ms: Millis): string {
  const seconds = Math.round(ms / 1_000);
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3_600) return pair(seconds, 60, 'min', 's');
  if (seconds < 86_400) return pair(Math.round(seconds / 60), 60, 'h', 'min');
  return pair(Math.round(seconds / 3_600), 24, 'd', 'h');
}

function pair(value: number, base: number, large: string, small: string): string {
  const rest = value % base;
  const head = `${Math.floor(value / base)} ${large}`;
  return rest === 0 ? head : `${head} ${rest} ${small}`;
}

/** As `parseDuration` reads it, in whole seconds: `90` seconds are `1m30s`. For what a person is to write into a file. */
export function printDuration(ms: Millis): string {
  let rest = Math.max(0, Math.floor(ms / 1_000));
  if (rest === 0) return '0s';
  const parts = (['d', 'h', 'm', 's'] as const).map((unit) => {
    const size = (UNITS[unit] ?? 1_000) / 1_000;
    const count = Math.floor(rest / size);
    rest -= count * size;
    return count === 0 ? '' : `${count}${unit}`;
  });
  return parts.join('');
}
