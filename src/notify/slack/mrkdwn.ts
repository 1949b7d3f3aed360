import { cut } from '../say/clean.ts';

/** A part of a line in Slack's markup. Its text is a stranger's, whatever it is; only the form is ours. */
export type Part =
  | string
  | { readonly code: string }
  | { readonly bold: string }
  | { readonly link: string; readonly text: string };

/**
 * Slack has no escape for its formatting characters, so those that could format are replaced by ones that look the
 * same. `_` within a word formats nothing and stays: `phone_07` is to be copied.
 */
const LOOKALIKES: Readonly<Record<string, string>> = { '*': '∗', '~': '∼', '`': 'ˋ', _: 'ˍ' };

/** Text that means nothing to Slack's parser: no mention, no link, no formatting. */
export function inert(text: string): string {
  return entities(text.replace(/[*~`]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, (mark) => LOOKALIKES[mark] ?? mark));
}

/** Plain text objects know no markup, but what looks like a mention is not even to look like one. */
export function plainText(text: string, max: number) {
  const safe = cut(text.replace(/\s+/g, ' ').trim().replaceAll('<', '‹').replaceAll('>', '›'), max);
  return { type: 'plain_text', text: safe === '' ? '-' : safe, emoji: false } as const;
}

/** `verbatim` keeps Slack from making mentions and links of its own out of what reads like one. */
export function mrkdwn(text: string) {
  return { type: 'mrkdwn', text, verbatim: true } as const;
}

export function mark(part: Part): string {
  if (typeof part === 'string') return inert(part);
  if ('code' in part) return part.code.trim() === '' ? '' : `\`${entities(part.code.replaceAll('`', 'ˋ'))}\``;
  if ('bold' in part) return `*${inert(part.bold)}*`;
  return `<${entities(part.link)}|${inert(part.text)}>`;
}

/**
 * As many of these lines as fit into `max` characters of markup. The first that does not fit is cut where it is plain
 * text; how many are left out is said at the end.
 */
export function lines(all: readonly (readonly Part[])[], max: number): string {
  const room = max - '… and 1000000 more'.length;
  const fitting: string[] = [];
  let used = 0;
  for (const [index, parts] of all.entries()) {
    const line = parts.map(mark).join('');
    const left = room - used;
    if (line.length > left) {
      const short = left > 80 ? shorten(parts, left) : null;
      if (short !== null) fitting.push(short);
      const missing = all.length - index - (short === null ? 0 : 1);
      if (missing > 0) fitting.push(`… and ${missing} more`);
      break;
    }
    fitting.push(line);
    used += line.length + 1;
  }
  return fitting.join('\n');
}

/** Lines of machine output, as they are, in a block where nothing is read as markup. */
export function block(all: readonly string[], max: number): string {
  const safe = all.map((line) => line.replaceAll('`', 'ˋ'));
  const room = max - '```\n\n```\n… and 1000000 more'.length;
  const fitting: string[] = [];
  let used = 0;
  for (const line of safe) {
    const left = room - used;
    if (entities(line).length > left) {
      if (left > 80) fitting.push(longest(line, left, entities));
      break;
    }
    fitting.push(entities(line));
    used += entities(line).length + 1;
  }
  const missing = all.length - fitting.length;
  return `\`\`\`\n${fitting.join('\n')}\n\`\`\`${missing > 0 ? `\n… and ${missing} more` : ''}`;
}

/** Only text can be cut: half a link is none. Null where nothing of the line is left. */
function shorten(parts: readonly Part[], max: number): string | null {
  let line = '';
  for (const part of parts) {
    const whole = mark(part);
    if (line.length + whole.length <= max) line += whole;
    else
      return typeof part === 'string' && max - line.length > 2
        ? line + longest(part, max - line.length, inert)
        : line || null;
  }
  return line;
}

/** The longest beginning whose escaped form fits. */
function longest(text: string, max: number, escaped: (text: string) => string): string {
  let low = 0;
  let high = Math.min(text.length, max);
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (escaped(cut(text, middle)).length <= max) low = middle;
    else high = middle - 1;
  }
  return escaped(cut(text, low));
}

function entities(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
