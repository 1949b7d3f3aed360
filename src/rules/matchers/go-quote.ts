const SIMPLE: Readonly<Record<string, number>> = {
  a: 7,
  b: 8,
  f: 12,
  n: 10,
  r: 13,
  t: 9,
  v: 11,
  '\\': 92,
  '"': 34,
};

const NUMERIC = /^(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3}))/;

/**
 * Reads the inside of a Go string in double quotes. `\x` and octal escapes are bytes, as in Go, so that `\xc3\xa9` is one
 * letter.
 *
 * @returns the text, or the offset of the escape that Go does not know.
 */
export function unquoteGo(inside: string): { readonly text: string } | { readonly badAt: number } {
  if (inside.includes('\n')) return { badAt: inside.indexOf('\n') };
  if (!inside.includes('\\')) return { text: inside };
  const parts: Buffer[] = [];
  let at = 0;
  while (at < inside.length) {
    const next = inside.indexOf('\\', at);
    const end = next === -1 ? inside.length : next;
    if (end > at) parts.push(Buffer.from(inside.slice(at, end)));
    if (next === -1) break;
    const read = readEscape(inside.slice(next + 1, next + 10));
    if (read === null) return { badAt: next };
    parts.push(read.bytes);
    at = next + 1 + read.length;
  }
  const bytes = Buffer.concat(parts);
  const text = bytes.toString('utf8');
  // Single bytes may add up to something that is no text at all; no label can ever equal that.
  return Buffer.from(text).equals(bytes) ? { text } : { badAt: inside.indexOf('\\') };
}

function readEscape(rest: string): { readonly bytes: Buffer; readonly length: number } | null {
  const simple = Object.hasOwn(SIMPLE, rest.charAt(0)) ? SIMPLE[rest.charAt(0)] : undefined;
  if (simple !== undefined) return { bytes: Buffer.from([simple]), length: 1 };
  const match = NUMERIC.exec(rest);
  if (match === null) return null;
  const [whole, byte, short, long, octal] = match;
  const value = octal === undefined ? Number.parseInt(byte ?? short ?? long ?? '', 16) : Number.parseInt(octal, 8);
  if (byte !== undefined || octal !== undefined) {
    return value > 255 ? null : { bytes: Buffer.from([value]), length: whole.length };
  }
  if (value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff)) return null;
  return { bytes: Buffer.from(String.fromCodePoint(value)), length: whole.length };
}

/**
 * Quotes a text so that both of Alertmanager's parsers read it back the same. They share only these three escapes; every
 * other character may stand for itself.
 */
export function quoteGo(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
}
