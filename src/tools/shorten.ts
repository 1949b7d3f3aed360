import type { Json } from '../domain/json.ts';

/** How much of one tool call the evidence keeps. */
const LIMITS = { text: 2_000, items: 120, depth: 6, total: 32_000 } as const;

/**
 * Cuts a value to what a person reads in a page: long texts, long lists and deep nesting end in a note of what is
 * missing. Evidence is stored with every run, so a queue's thousand jobs must not become a thousand rows there.
 */
export function shorten(value: Json): Json {
  const short = cut(value, 0);
  const text = JSON.stringify(short);
  return text.length <= LIMITS.total ? short : `${text.slice(0, LIMITS.total)} … (${text.length} characters)`;
}

export function shortenText(text: string, limit: number = LIMITS.text): string {
  return text.length <= limit ? text : `${text.slice(0, limit)} … (${text.length} characters)`;
}

function cut(value: Json, depth: number): Json {
  if (typeof value === 'string') return shortenText(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= LIMITS.depth) return Array.isArray(value) ? `… (${value.length} items)` : '… (nested deeper)';
  if (Array.isArray(value)) {
    const items = value.slice(0, LIMITS.items).map((item: Json) => cut(item, depth + 1));
    return value.length <= LIMITS.items ? items : [...items, `… (${value.length} items)`];
  }
  const entries = Object.entries(value);
  const kept = entries.slice(0, LIMITS.items).map(([name, item]) => [name, cut(item, depth + 1)] as const);
  return Object.fromEntries(
    entries.length <= LIMITS.items ? kept : [...kept, ['…', `${entries.length} fields`] as const],
  );
}
