import { clean, cleanLine } from '../notify/say/clean.ts';

/**
 * Words of strangers as markdown that says just these words: no link, picture, HTML, heading, list, mention or end of a table
 * cell can come of them. Some renderers make links of what merely looks like an address, whatever is escaped; so addresses
 * stand as code, where nothing is read as markup.
 *
 * @param max characters of the text before it is escaped
 */
export function text(given: string, max: number): string {
  const words = cleanLine(given, max).split(' ');
  return words
    .map((word) => (ADDRESS.test(word) ? code(word, max) : escaped(word)))
    .join(' ')
    .replace(BLOCK, '$1\\$2');
}

/** `https://…`, `www.…`, `anna@example.com`, `@channel`. */
const ADDRESS = /:\/\/|www\.|@/i;

/** What begins a heading, a list, a quotation or a rule where it stands first. */
const BLOCK = /^(\d{0,9})([#+=.)-])/;

/** `_` within a word formats nothing and stays: `phone_07` is to be copied. */
const MARKS = /[\\`*[\]~$]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu;

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '|': '&#124;' };

function escaped(word: string): string {
  return word.replace(MARKS, (mark) => `\\${mark}`).replace(/[&<>|]/g, (mark) => ENTITIES[mark] ?? mark);
}

/** Machines' words on one line, to be copied as they are. Empty where there is nothing. */
export function code(given: string, max: number): string {
  const line = cleanLine(given, max).replaceAll('`', 'ˋ');
  return line === '' ? '' : `\`${line}\``;
}

/** Machines' words on lines of their own, in a block that nothing in them can end. */
export function fence(lines: readonly string[], max: number): string {
  const content = lines.map((line) => clean(line, max));
  const runs = content.flatMap((line) => line.match(/`+/g) ?? []).map((run) => run.length);
  const mark = '`'.repeat(Math.max(2, ...runs) + 1);
  return [`${mark}text`, ...content, mark].join('\n');
}

/** A row of a table. The cells are markdown already. A `|` can be left only in code, which knows no escape for it. */
export function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '∣')).join(' | ')} |`;
}

/** A table; empty where it has no rows. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  if (rows.length === 0) return [];
  return [row(head), row(head.map(() => '---')), ...rows.map(row)];
}
