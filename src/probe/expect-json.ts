import type { Json } from '../domain/json.ts';

/**
 * Compares an answer's body with what is expected of it.
 *
 * @returns what is wrong, in words; null where everything is as expected.
 */
export function jsonFault(body: string, expected: Readonly<Record<string, Json>>): string | null {
  let answer: unknown;
  try {
    answer = JSON.parse(body);
  } catch {
    return body === '' ? 'the answer has no body' : 'the answer is no JSON';
  }
  for (const [path, value] of Object.entries(expected)) {
    const found = at(answer, path);
    if (found !== value) return `${path} is ${show(found)} instead of ${show(value)}`;
  }
  return null;
}

function at(answer: unknown, path: string): unknown {
  let here = answer;
  for (const key of path.split('.')) {
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, key)) return undefined;
    here = (here as Readonly<Record<string, unknown>>)[key];
  }
  return here;
}

function show(value: unknown): string {
  if (value === undefined) return 'missing';
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'a list' : 'an object';
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
