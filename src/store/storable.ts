/**
 * Postgres stores no zero bytes and no halves of surrogate pairs, and strangers' logs hold both. One such character must
 * not lose a page or a journal, so each is stored as the sign for what cannot be read.
 */
export function storableText(text: string): string {
  return text.includes('\0') || !text.isWellFormed() ? text.replaceAll('\0', '\uFFFD').toWellFormed() : text;
}

/** The value with every text in it storable; the very same value where all of them are. */
export function storable<T>(value: T): T {
  const text = JSON.stringify(value);
  return text !== undefined && SUSPECT.test(text) ? (mend(value) as T) : value;
}

/** A value as JSON that Postgres takes. @throws TypeError where it has no form in JSON. */
export function json(value: unknown): string {
  const text = JSON.stringify(value);
  return SUSPECT.test(text) ? JSON.stringify(mend(value)) : text;
}

/** JSON writes what cannot be stored as such escapes; a few texts that can be stored look like it, too. */
const SUSPECT = /\\u(?:0000|d[89ab])/i;

function mend(value: unknown): unknown {
  if (typeof value === 'string') return storableText(value);
  if (Array.isArray(value)) return value.map(mend);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [storableText(name), mend(inner)]));
}
