import type { Json } from './json.ts';

/** Stands where a secret stood. */
export const REDACTED = '[redacted]';

/** Names of fields whose whole value is a secret. A plain `key` is none: Redis calls its names that. */
const SECRET_NAME =
  /pass(?:word|wd|phrase)|secret|token|authorization|cookie|credential|(?:api|access|private|signing|routing)[-_]?key/i;

/** Counts of tokens and the like; a number is no bearer token. */
const COUNTABLE = /token/i;

/** Every repetition has a bound: these run over whatever a stranger's log holds, and must stay linear. */
const PATTERNS: readonly (readonly [pattern: RegExp, replacement: string])[] = [
  [/-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[^-]{0,20000}(?:-----END [A-Z ]{0,30}PRIVATE KEY-----)?/g, REDACTED],
  // `Authorization: Basic …`, also as a quoted field of JSON.
  [
    /\b((?:proxy-)?authorization|set-cookie|cookie)(["']?\s{0,3}[:=])(?!\s{0,3}\[redacted\])\s{0,3}["']?[^\r\n"']{1,4000}/gi,
    `$1$2 ${REDACTED}`,
  ],
  [/\b(Bearer|Basic)\s{1,3}[\w\-.~+/]{6,4000}={0,2}/gi, `$1 ${REDACTED}`],
  // The user's part of a URL.
  [/\b([a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/@"'<>:]{0,200}:[^\s/@"'<>]{0,200}@/gi, `$1${REDACTED}@`],
  [assignment('[\\w-]{0,40}(?:pass(?:word|wd|phrase)|secret|token)[\\w-]{0,40}', '[=:]'), `$1${REDACTED}`],
  [assignment('[\\w-]{0,40}(?:api|access|private|signing|routing)[-_]?key', '[=:]'), `$1${REDACTED}`],
  [assignment('[\\w-]{0,40}key', '='), `$1${REDACTED}`],
  [/(?<![\w-])eyJ[\w-]{8,4000}\.[\w-]{8,4000}\.[\w-]{0,4000}/g, REDACTED],
  [
    /\b(?:xox[abeprs]-[\w-]{8,200}|xapp-[\w-]{8,200}|sk-[\w-]{16,200}|gh[pousr]_\w{20,200}|AKIA[A-Z0-9]{16})\b/g,
    REDACTED,
  ],
];

/** `name = value`, `"name":"value"`, `name='value'`; the first group is all before the value. */
function assignment(name: string, sign: string): RegExp {
  const value = `"(?:[^"\\\\]|\\\\.){0,4000}"?|'[^']{0,4000}'?|[^\\s,;&}\\])"']{1,4000}`;
  return new RegExp(`((?<![\\w-])${name}["']?\\s{0,3}${sign}(?!\\s{0,3}\\[redacted\\])\\s{0,3})(?:${value})`, 'gi');
}

/** Takes out of a text whatever looks like a secret: bearer tokens, passwords in URLs, `password=…`, private keys. */
export function redactText(text: string): string {
  return PATTERNS.reduce((rest, [pattern, replacement]) => rest.replace(pattern, replacement), text);
}

/** Takes secrets out of every text of a value, and every value out of a field that is named like a secret. */
export function redact(value: Json): Json {
  if (typeof value === 'string') return redactText(value);
  if (Array.isArray(value)) return value.map(redact);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, isSecret(name, inner) ? REDACTED : redact(inner)]),
  );
}

function isSecret(name: string, value: Json): boolean {
  if (value === null || typeof value === 'boolean' || !SECRET_NAME.test(name)) return false;
  return !(typeof value === 'number' && COUNTABLE.test(name));
}
