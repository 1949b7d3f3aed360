import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../../..');

export function pathOf(file: string): string {
  return resolve(ROOT, file);
}

export async function textOf(file: string): Promise<string> {
  return readFile(pathOf(file), 'utf8');
}

/** The rows of every table of a document whose head starts with this column, cell by cell, without backticks. */
export function tableRows(markdown: string, firstColumn: string): readonly (readonly string[])[] {
  const rows: string[][] = [];
  let inside = false;
  for (const line of markdown.split('\n')) {
    if (!line.startsWith('|')) {
      inside = false;
      continue;
    }
    const cells = line
      .slice(1, line.lastIndexOf('|'))
      .split(/(?<!\\)\|/)
      .map((cell) => cell.trim());
    if (cells[0] === firstColumn) inside = true;
    else if (inside && !/^[-: ]+$/.test(cells[0] ?? '')) rows.push(cells.map((cell) => cell.replaceAll('`', '')));
  }
  return rows;
}

/** The first code block of a language that stands behind a heading. */
export function codeBlock(markdown: string, heading: string, language: string): string {
  const from = markdown.indexOf(`\n${heading}\n`);
  if (from === -1) throw new Error(`There is no heading '${heading}'`);
  const found = new RegExp(`\n\`\`\`${language}\n([\\s\\S]*?)\n\`\`\``).exec(markdown.slice(from));
  if (found?.[1] === undefined) throw new Error(`There is no ${language} block behind '${heading}'`);
  return found[1];
}
