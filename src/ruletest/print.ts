import { formatDuration } from '../domain/duration.ts';
import type { JsonObject } from '../domain/json.ts';
import type { TestResult } from './run-test.ts';
import type { Line } from './story.ts';

/** Longer stories are cut in the middle: a storm of a thousand alerts is told by its beginning and its end. */
const MOST_LINES = 120;

/** A test that failed, for people: where, what was missed, and everything that happened, in its order. */
export function printFailure({ test, missed, lines }: TestResult): string {
  const { yaml, index, written } = test;
  const { file, line } = yaml.fault(['tests', index, 'name'], '', '');
  const head = [`FAILED  ${written.name}  (${file}:${line})`];
  const places = missed.map(({ at }) => `  ${at.file}:${at.line}:${at.column}: ${at.message}`);
  return [...head, ...places, '', ...table(shorten(lines)), ''].join('\n');
}

function shorten(lines: readonly Line[]): readonly (Line | number)[] {
  if (lines.length <= MOST_LINES) return lines;
  const half = MOST_LINES / 2;
  const middle = lines.slice(half, -half);
  const kept = middle.filter(({ kind }) => kind === 'missed' || kind === 'test').slice(0, MOST_LINES);
  return [...lines.slice(0, half), middle.length - kept.length, ...kept, ...lines.slice(-half)];
}

const MARKS: Readonly<Record<Line['kind'], string>> = { test: '>', happened: ' ', told: '!', missed: '✗' };

function table(lines: readonly (Line | number)[]): readonly string[] {
  const rows = lines.map((line) => (typeof line === 'number' ? line : cells(line)));
  const widths = [0, 1, 2, 3].map((column) =>
    Math.max(0, ...rows.map((row) => (typeof row === 'number' ? 0 : (row[column]?.length ?? 0)))),
  );
  return rows.map((row) => {
    if (typeof row === 'number') return `  … ${row} more lines …`;
    const [at = '', mark = '', ...rest] = row;
    const [who = '', state = '', text = ''] = rest;
    if (who === '') return `  ${at.padStart(widths[0] ?? 0)} ${mark} ${text}`;
    return `  ${at.padStart(widths[0] ?? 0)} ${mark} ${who.padEnd(widths[2] ?? 0)}  ${state.padEnd(widths[3] ?? 0)}  ${text}`;
  });
}

function cells({ at, kind, rule, target, state, reason, text, figures }: Line): readonly string[] {
  const who = rule === null ? '' : `${rule} ${target}`;
  const where = state === null ? '' : `${state} (${reason})`;
  return [at === 0 ? '0 s' : formatDuration(at), MARKS[kind], who, where, `${text}${sayFigures(figures)}`];
}

function sayFigures(figures: JsonObject): string {
  const pairs = Object.entries(figures).filter(([, value]) => value !== null && typeof value !== 'object');
  return pairs.length === 0 ? '' : ` [${pairs.map(([name, value]) => `${name} ${value}`).join(', ')}]`;
}
