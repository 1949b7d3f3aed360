import type { Json } from '../../domain/json.ts';
import { redactText } from '../../domain/redact.ts';

/**
 * As much of a text as is looked at at all: redacting a whole megabyte for one line of a page is wasted time. It is more
 * than what is shown, because taking secrets out makes a text shorter.
 */
const lookedAt = (max: number) => Math.min(20_000, 2_000 + 4 * max);

/** Control characters but the line feed, what turns the direction of the text around it, and what nobody can see. */
const UNPRINTABLE = /[^\P{Cc}\n]|[\p{Bidi_Control}\u200b\u2028\u2029\u2060-\u2064\ufeff\u{e0000}-\u{e007f}]/gu;

/**
 * Makes a stranger's text fit to be shown: well-formed, without control characters and without marks that reverse
 * the text after them (they make `gpj.exe` read as `exe.jpg`), without secrets, and of at most `max` characters.
 */
export function clean(text: string, max: number): string {
  const looked = text
    .slice(0, lookedAt(max))
    .replaceAll('\r\n', '\n')
    .replaceAll('\t', ' ')
    .toWellFormed()
    .replace(UNPRINTABLE, '');
  return cut(redactText(looked).trim(), max);
}

/** The same, on one line. */
export function cleanLine(text: string, max: number): string {
  return cut(clean(text, max * 2).replace(/\s+/g, ' '), max);
}

/** Ends a text that is too long with `…`, and never in the middle of a character. */
export function cut(text: string, max: number): string {
  if (text.length <= max) return text;
  return `${text
    .slice(0, Math.max(0, max - 1))
    .toWellFormed()
    .replace(/\ufffd$/, '')
    .trimEnd()}…`;
}

/** As a sentence that ends. */
export function ended(text: string): string {
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}

/** How deep and how wide a result is shown; what lies beyond is in the incident's report. */
const DEPTH = 3;
const WIDTH = 20;

/** So many things of one kind are told one by one; of more, only how many there are. */
const FEW = 3;

/** JSON as a person would say it: `status: 502, queue.waiting: 1200, depths: 80 80 0`. Empty for null and for nothing. */
export function plain(value: Json, max: number): string {
  return cleanLine(parts(value, '', 0).join(', '), max);
}

function parts(value: Json, path: string, depth: number): readonly string[] {
  if (value === null) return path === '' ? [] : [`${path}: none`];
  if (typeof value !== 'object') return [path === '' ? String(value) : `${path}: ${value}`];
  const entries = Object.entries(value);
  if (Array.isArray(value) && value.length > 0) {
    const simple = value.every((one) => typeof one !== 'object' || one === null);
    const name = path === '' ? '' : `${path}: `;
    if (simple) return [`${name}${value.slice(0, WIDTH).join(' ')}${value.length > WIDTH ? ' …' : ''}`];
    if (value.length > FEW) return [`${name}${value.length} entries`];
  }
  if (entries.length === 0) return path === '' ? [] : [`${path}: none`];
  if (depth >= DEPTH) return [`${path}: (more inside)`];
  const shown = entries
    .slice(0, WIDTH)
    .flatMap(([key, inner]) => parts(inner, path === '' ? key : `${path}.${key}`, depth + 1));
  return entries.length > WIDTH ? [...shown, `and ${entries.length - WIDTH} more`] : shown;
}
