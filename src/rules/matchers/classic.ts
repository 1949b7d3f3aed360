import type { Operator, RawMatcher } from './raw.ts';

const SHAPE = /^(\s*([a-zA-Z_:][a-zA-Z0-9_:]*)\s*(=~|=|!=|!~)\s*)([\s\S]*?)\s*$/;

/**
 * Reads matchers by Alertmanager's older rules. They know three escapes and leave every other backslash alone, which is
 * why `id=~"\d+"` has always worked, and they take a bare value with spaces.
 *
 * @returns null where the text is none by these rules.
 */
export function parseClassic(text: string): readonly RawMatcher[] | null {
  const braced = text.startsWith('{');
  if (braced !== text.endsWith('}') || text === '{') return null;
  const start = braced ? 1 : 0;
  const end = text.length - start;
  const matchers: RawMatcher[] = [];
  for (const { part, at } of split(text.slice(start, end))) {
    const matcher = parseOne(part, start + at);
    if (matcher === null) return null;
    matchers.push(matcher);
  }
  return matchers;
}

/** Cuts at the commas that stand outside quotes; what is left after a last comma may be empty. */
function split(list: string): readonly { readonly part: string; readonly at: number }[] {
  const parts: { part: string; at: number }[] = [];
  let quoted = false;
  let start = 0;
  for (let at = 0; at < list.length; at += 1) {
    const char = list.charAt(at);
    if (char === '\\' && quoted) at += 1;
    else if (char === '"') quoted = !quoted;
    else if (char === ',' && !quoted) {
      parts.push({ part: list.slice(start, at), at: start });
      start = at + 1;
    }
  }
  if (list.slice(start).trim() !== '') parts.push({ part: list.slice(start), at: start });
  return parts;
}

function parseOne(text: string, offset: number): RawMatcher | null {
  const match = SHAPE.exec(text);
  if (match === null) return null;
  const [, head = '', name = '', operator = '=', given = ''] = match;
  const value = readValue(given);
  return value === null ? null : { name, operator: operator as Operator, value, valueAt: offset + head.length };
}

function readValue(given: string): string | null {
  const quoted = given.startsWith('"');
  const body = quoted ? given.slice(1) : given;
  let value = '';
  for (let at = 0; at < body.length; at += 1) {
    const char = body.charAt(at);
    if (char === '"') return quoted && at === body.length - 1 ? value : null;
    if (char !== '\\') {
      value += char;
      continue;
    }
    at += 1;
    const escaped = body.charAt(at);
    if (escaped === 'n') value += '\n';
    else if (escaped === '"' || escaped === '\\') value += escaped;
    else value += `\\${escaped}`;
  }
  return quoted ? null : value;
}
