import { unquoteGo } from './go-quote.ts';
import { MatcherError } from './matcher-error.ts';
import type { Operator, RawMatcher } from './raw.ts';

type Token =
  | { readonly kind: 'text'; readonly text: string; readonly at: number }
  | { readonly kind: 'operator'; readonly operator: Operator; readonly at: number }
  | { readonly kind: '{' | '}' | ',' | 'end'; readonly at: number };

const SPACE = /\s/u;
const BARE = /[^\s{}!=~,\\"'`]/u;
const EXAMPLE = 'write name="value" with one of = != =~ !~';

/**
 * Reads matchers by Alertmanager's newer rules: names and values are bare words, or Go strings in double quotes; braces
 * around the list are optional; a trailing comma is fine.
 *
 * @throws MatcherError
 */
export function parseUtf8(text: string): readonly RawMatcher[] {
  const tokens = lex(text);
  let i = 0;
  const peek = (): Token => tokens[i] ?? { kind: 'end', at: text.length };
  const take = (): Token => {
    const token = peek();
    i += 1;
    return token;
  };

  const braced = peek().kind === '{';
  if (braced) take();
  const matchers: RawMatcher[] = [];
  while (peek().kind === 'text' || peek().kind === 'operator') {
    matchers.push(parseOne(take, text));
    if (peek().kind !== ',') break;
    take();
  }
  if (braced) {
    const close = take();
    if (close.kind !== '}') throw new MatcherError("a '}' is missing", close.at, "close the list with '}'");
  }
  const rest = peek();
  if (rest.kind !== 'end') {
    const fix = rest.kind === 'text' ? 'quote a value that contains spaces, and put commas between matchers' : EXAMPLE;
    throw new MatcherError(`'${text.slice(rest.at, rest.at + 10)}' is unexpected here`, rest.at, fix);
  }
  return matchers;
}

function parseOne(take: () => Token, text: string): RawMatcher {
  const name = take();
  if (name.kind !== 'text') throw new MatcherError('the name of a label is missing', name.at, EXAMPLE);
  const operator = take();
  if (operator.kind !== 'operator') {
    const what = operator.kind === 'end' ? 'an operator is missing' : `'${text.charAt(operator.at)}' is no operator`;
    throw new MatcherError(`${what} after '${name.text}'`, operator.at, EXAMPLE);
  }
  const value = take();
  if (value.kind !== 'text') {
    throw new MatcherError(
      `the value of '${name.text}' is missing`,
      value.at,
      `write ${name.text}="" for a missing label`,
    );
  }
  return { name: name.text, operator: operator.operator, value: value.text, valueAt: value.at };
}

function lex(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const char = text.charAt(at);
    if (SPACE.test(char)) {
      at += 1;
    } else if (char === '{' || char === '}' || char === ',') {
      tokens.push({ kind: char, at });
      at += 1;
    } else if (char === '=' || char === '!') {
      const operator = text.slice(at, at + 2);
      const long = operator === '=~' || operator === '!=' || operator === '!~';
      if (char === '!' && !long) throw new MatcherError("'!' is no operator", at, 'write != or !~');
      tokens.push({ kind: 'operator', operator: (long ? operator : '=') as Operator, at });
      at += long ? 2 : 1;
    } else if (char === '"') {
      const end = closingQuote(text, at);
      const unquoted = unquoteGo(text.slice(at + 1, end));
      if ('badAt' in unquoted) {
        const where = at + 1 + unquoted.badAt;
        throw new MatcherError(
          `'${text.slice(where, where + 2)}' is no escape of a quoted text`,
          where,
          'double the backslash',
        );
      }
      tokens.push({ kind: 'text', text: unquoted.text, at });
      at = end + 1;
    } else if (BARE.test(char)) {
      let end = at;
      while (end < text.length && BARE.test(text.charAt(end))) end += 1;
      tokens.push({ kind: 'text', text: text.slice(at, end), at });
      at = end;
    } else {
      throw new MatcherError(`'${char}' must stand in double quotes`, at, EXAMPLE);
    }
  }
  return tokens;
}

function closingQuote(text: string, open: number): number {
  for (let at = open + 1; at < text.length; at += 1) {
    if (text.charAt(at) === '\\') at += 1;
    else if (text.charAt(at) === '"') return at;
  }
  throw new MatcherError('a closing quote is missing', open, 'end the text with "');
}
