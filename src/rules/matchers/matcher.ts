import { RE2JS, RE2JSException } from 're2js';
import { parseClassic } from './classic.ts';
import { quoteGo } from './go-quote.ts';
import { MatcherError } from './matcher-error.ts';
import type { Operator, RawMatcher } from './raw.ts';
import { parseUtf8 } from './utf8.ts';

export interface Matcher {
  readonly name: string;
  readonly operator: Operator;
  readonly value: string;
  /** The only values that can match, where they can be listed; lets rules be looked up by them. */
  readonly only: readonly string[] | null;
  /** Judges the value of the label; a label that is missing is the empty text. */
  readonly test: (value: string) => boolean;
}

/** Far above what people write; reading is not linear in every case. */
const LONGEST = 10_000;

/**
 * Reads what Alertmanager takes as a matcher or a list of them, and decides between its two parsers as it does: where
 * both understand the text and disagree, the classic one wins.
 *
 * @throws MatcherError with the column inside `text`.
 */
export function parseMatchers(text: string): readonly Matcher[] {
  if (text.length > LONGEST) throw new MatcherError('the matcher is too long', LONGEST, 'write several');
  const classic = parseClassic(text);
  let raw: readonly RawMatcher[];
  try {
    raw = parseUtf8(text);
  } catch (error) {
    if (classic === null) throw error;
    raw = classic;
  }
  if (classic !== null && !same(raw, classic)) raw = classic;
  const quoted = raw.find(({ valueAt }) => text.charAt(valueAt) === "'");
  if (quoted !== undefined) {
    // The classic parser takes them for a part of the value: such a rule is accepted and then never matches anything.
    throw new MatcherError('single quotes do not quote in a matcher', quoted.valueAt, 'use double quotes');
  }
  if (raw.length === 0) {
    throw new MatcherError(
      'there is no matcher, so it would match every alert',
      0,
      'write for example alertname="Name"',
    );
  }
  return raw.map(compile);
}

/** Writes a matcher so that `parseMatchers` reads the same one back. */
export function printMatcher({ name, operator, value }: Pick<Matcher, 'name' | 'operator' | 'value'>): string {
  const label = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(name) ? name : quoteGo(name);
  return `${label}${operator}${quoteGo(value)}`;
}

function same(a: readonly RawMatcher[], b: readonly RawMatcher[]): boolean {
  return (
    a.length === b.length &&
    a.every((x, i) => x.name === b[i]?.name && x.operator === b[i]?.operator && x.value === b[i]?.value)
  );
}

function compile({ name, operator, value, valueAt }: RawMatcher): Matcher {
  switch (operator) {
    case '=':
      return { name, operator, value, only: [value], test: (given) => given === value };
    case '!=':
      return { name, operator, value, only: null, test: (given) => given !== value };
    case '=~': {
      const only = alternatives(value);
      return { name, operator, value, only, test: expression(value, valueAt, only) };
    }
    case '!~': {
      const test = expression(value, valueAt, alternatives(value));
      return { name, operator, value, only: null, test: (given) => !test(given) };
    }
  }
}

/** The words of `a|b|c`, or null where the expression is more than a list of words. */
function alternatives(value: string): readonly string[] | null {
  return /^[\w:/ -]*(?:\|[\w:/ -]*)*$/.test(value) ? value.split('|') : null;
}

function expression(value: string, valueAt: number, only: readonly string[] | null): (given: string) => boolean {
  if (only !== null) {
    const words = new Set(only);
    return (given) => words.has(given);
  }
  try {
    // On its own first, so that the message shows what was written and not what was put around it.
    RE2JS.compile(value);
    const compiled = RE2JS.compile(`^(?:${value})$`);
    return (given) => compiled.testExact(given);
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    const why = error.message.replace(/^error parsing regexp: /, '');
    throw new MatcherError(
      `the regular expression does not compile: ${why}`,
      valueAt,
      'use RE2 syntax, which has no look-ahead, look-behind or back-references',
    );
  }
}
