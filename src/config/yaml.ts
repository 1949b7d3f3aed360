import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  visit,
  type YAMLError,
} from 'yaml';
import type { Fault } from './faults.ts';

/** More than any file that people write; parsing is not linear in every case. */
const LARGEST = 1024 * 1024;

/** Enough for the anchors that a person sets, and far below what blows a small file up into gigabytes. */
const MOST_ALIASES = 100;

type Path = readonly PropertyKey[];

/** A YAML file with the places of its values. */
export interface YamlFile {
  readonly file: string;
  /** Plain data: maps, lists, text, numbers, true, false, null. */
  readonly value: unknown;
  /** A fault at the value under `path`, or at the nearest one around it that exists. */
  fault(path: Path, message: string, fix: string, where?: Where): Fault;
}

export interface Where {
  /** Point at the key instead of its value. */
  readonly key?: boolean;
  /** Point at this character inside a text. */
  readonly offset?: number;
}

/**
 * Reads YAML 1.2 and keeps the places. Never throws, whatever the bytes are.
 *
 * @returns the file, or every syntax fault in it.
 */
export function parseYaml(file: string, bytes: Uint8Array): YamlFile | { readonly faults: readonly Fault[] } {
  const whole = (message: string, fix: string): { readonly faults: readonly Fault[] } => ({
    faults: [{ file, line: 1, column: 1, message, fix }],
  });
  if (bytes.length > LARGEST) return whole(`the file has ${bytes.length} bytes`, `keep it under ${LARGEST}`);
  const text = decode(bytes);
  if (text === null) return whole('the file is no UTF-8 text', 'save it as UTF-8');
  try {
    return read(file, text);
  } catch (error) {
    if (error instanceof RangeError) return whole('the file is nested too deeply', 'write it flatter');
    return whole(`the file cannot be read: ${error instanceof Error ? error.message : String(error)}`, 'correct it');
  }
}

function read(file: string, text: string): YamlFile | { readonly faults: readonly Fault[] } {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    logLevel: 'error',
    stringKeys: true,
    // The library compares every key with every other: a map of 50,000 keys would take it minutes.
    uniqueKeys: false,
  });
  const at = (offset: number): { readonly line: number; readonly column: number } => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const problems = [...document.errors, ...document.warnings];
  if (problems.some(({ message }) => message.startsWith('Maximum call stack'))) throw new RangeError('too deep');
  if (problems.length > 0) {
    // What follows the first mistakes in syntax is mostly their echo.
    return { faults: problems.slice(0, MOST_SYNTAX_FAULTS).map(syntaxFault) };
  }
  const twice = repeatedKeys(document);
  if (twice.length > 0) {
    return {
      faults: twice.map((offset) => ({
        file,
        ...at(offset),
        message: 'this key stands twice',
        fix: 'keep one of the two',
      })),
    };
  }
  return {
    file,
    value: toPlain(document),
    fault(path, message, fix, where = {}) {
      return { file, ...at(offsetOf(document, text, path, where)), message, fix };
    },
  };

  function syntaxFault({ code, message, pos }: YAMLError): Fault {
    return { file, ...at(pos[0]), message: MESSAGES[code] ?? message, fix: FIXES[code] ?? SYNTAX };
  }
}

/** Where a key stands that its map already has. */
function repeatedKeys(document: Document.Parsed): readonly number[] {
  const offsets: number[] = [];
  visit(document, {
    Map(_, map) {
      const seen = new Set<string>();
      for (const { key } of map.items) {
        const name = String(isScalar(key) ? key.value : key);
        if (seen.has(name) && isNode(key)) offsets.push(key.range?.[0] ?? 0);
        seen.add(name);
      }
    },
  });
  return offsets;
}

const MOST_SYNTAX_FAULTS = 20;

const SYNTAX = 'correct the YAML here';

const MESSAGES: Readonly<Record<string, string>> = {
  MULTIPLE_DOCS: 'a second document begins here',
};

const FIXES: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: 'indent with spaces',
  BAD_INDENT: 'indent it like its neighbours',
  MULTIPLE_DOCS: "one file holds one document; remove the '---'",
  TAG_RESOLVE_FAILED: "remove the '!' tag",
};

/** An alias bomb, or an anchor that contains itself, is answered with a ReferenceError by the library. */
function toPlain(document: Document.Parsed): unknown {
  try {
    return document.toJS({ maxAliasCount: MOST_ALIASES }) as unknown;
  } catch (error) {
    if (error instanceof ReferenceError) throw new Error('it repeats itself too often through anchors (&, *)');
    throw error;
  }
}

function offsetOf(document: Document.Parsed, text: string, path: Path, where: Where): number {
  let node: Node | null = document.contents;
  let offset = node?.range?.[0] ?? 0;
  for (const [depth, step] of path.entries()) {
    const holder: Node | null = isAlias(node) ? (node.resolve(document) ?? null) : node;
    let value: unknown;
    if (isSeq(holder)) {
      value = typeof step === 'number' ? holder.items[step] : undefined;
    } else if (isMap(holder)) {
      const pair = holder.items.find(({ key }) => String(isScalar(key) ? key.value : key) === String(step));
      if (pair === undefined) return offset;
      const last = depth === path.length - 1;
      if (isNode(pair.key) && last && where.key === true) return pair.key.range?.[0] ?? offset;
      // A key without a value has no place of its own in some forms; the key stands in for it.
      offset = isNode(pair.key) ? (pair.key.range?.[0] ?? offset) : offset;
      value = pair.value;
    }
    if (!isNode(value)) return offset;
    node = value;
    offset = node.range?.[0] ?? offset;
  }
  return offset + inside(node, text, offset, where.offset ?? 0);
}

/** How far into the file a character of a text lies: its offset where the text stands as it is, else its beginning. */
function inside(node: Node | null, text: string, offset: number, characters: number): number {
  if (characters === 0 || !isScalar(node) || typeof node.value !== 'string') return 0;
  const quote = node.type === 'QUOTE_SINGLE' || node.type === 'QUOTE_DOUBLE' ? 1 : 0;
  return text.startsWith(node.value.slice(0, characters), offset + quote) ? quote + characters : 0;
}

function decode(bytes: Uint8Array): string | null {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return text.includes('\0') ? null : text;
  } catch {
    return null;
  }
}
