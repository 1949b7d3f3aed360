import type { Labels } from '../../domain/alert.ts';

/** A JSON object that a stranger sent: any key may be missing and hold anything. */
export type Stranger = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is Stranger {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Reads an own key only: `constructor` and `__proto__` are no fields of anything. */
export function field(object: Stranger, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/**
 * Text that every store can hold. Postgres refuses NUL and half a surrogate pair, and one refused row would take the
 * whole group commit with it.
 */
export function clean(text: string): string {
  return text.replaceAll('\0', '\uFFFD').toWellFormed();
}

/** The text in a field; null where it is missing, empty or no text. */
export function textOf(object: Stranger, key: string): string | null {
  const value = field(object, key);
  return typeof value === 'string' && value !== '' ? clean(value) : null;
}

/** A whole number of at least 0; anything else counts as 0. */
export function countOf(object: Stranger, key: string): number {
  const value = field(object, key);
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : 0;
}

/**
 * Reads labels: numbers and booleans become text, lists and objects their JSON, null is left out. So are empty values: a
 * label that is empty is a label that is missing, as in Prometheus.
 */
export function labelsOf(value: Stranger): Labels {
  return readPairs(value, false);
}

/** Reads annotations; other than labels they may be empty. */
export function annotationsOf(value: unknown): Labels {
  return isObject(value) ? readPairs(value, true) : {};
}

function readPairs(value: Stranger, keepEmpty: boolean): Labels {
  const pairs: [string, string][] = [];
  for (const [name, given] of Object.entries(value)) {
    const text = asText(given);
    if (text !== null && (keepEmpty || text !== '')) pairs.push([clean(name), clean(text)]);
  }
  // fromEntries defines keys instead of assigning them, so a `__proto__` from outside stays an ordinary key.
  return Object.fromEntries(pairs);
}

function asText(value: unknown): string | null {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value !== 'object' || value === null) return null;
  try {
    return JSON.stringify(value);
  } catch {
    return '[nested too deeply]';
  }
}
