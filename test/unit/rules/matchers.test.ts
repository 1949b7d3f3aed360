import { describe, expect, test } from 'vitest';
import { matchesAll } from '../../../src/rules/matchers/match-labels.ts';
import { parseMatchers, printMatcher } from '../../../src/rules/matchers/matcher.ts';
import { MatcherError } from '../../../src/rules/matchers/matcher-error.ts';

const printed = (text: string): string => parseMatchers(text).map(printMatcher).join(',');

describe('reading', () => {
  test.each([
    ['a bare value', 'a=b', 'a="b"'],
    ['a quoted value', 'a="b c"', 'a="b c"'],
    ['spaces around everything', ' a  !~  "b" ', 'a!~"b"'],
    ['a quoted name', '"service.name"=workers', '"service.name"="workers"'],
    ['a bare name with dots', 'service.name=~"w.*"', '"service.name"=~"w.*"'],
    ['letters of other scripts', 'телефон="主机"', '"телефон"="主机"'],
    ['a list', 'a=b,c!=d', 'a="b",c!="d"'],
    ['a list in braces with a comma at its end', '{a="b", c=~"d",}', 'a="b",c=~"d"'],
    ['commas and braces inside quotes', 'a="{b,c}"', 'a="{b,c}"'],
    ['an escaped quote', String.raw`a="b\"c"`, String.raw`a="b\"c"`],
    ['an escaped backslash', String.raw`a="b\\c"`, String.raw`a="b\\c"`],
    ['a line break as an escape', String.raw`a="b\nc"`, String.raw`a="b\nc"`],
    ['the empty value', 'a=""', 'a=""'],
    // Where only one of Alertmanager's two parsers understands it, or both do and disagree, it is read as Alertmanager does.
    ['a class of characters, by the classic parser', String.raw`a=~"\d+"`, String.raw`a=~"\\d+"`],
    ['a bare value with a space, by the classic parser', 'a=b c', 'a="b c"'],
    ['no value at all, by the classic parser', 'a=', 'a=""'],
    ['an escape that only Go knows, as the classic parser', String.raw`a="\x41"`, String.raw`a="\\x41"`],
    [
      'such an escape where the classic parser gives up',
      String.raw`"b.c"="\x41\u00e9\xc3\xa9\101\t"`,
      '"b.c"="AééA\t"',
    ],
  ])('%s', (_, text, expected) => {
    expect(printed(text)).toBe(expected);
  });

  test.each([
    ['', 1, 'no matcher'],
    ['{}', 1, 'no matcher'],
    ['alertname', 10, 'operator is missing'],
    ['="x"', 1, 'name of a label is missing'],
    ['a!"x"', 2, "'!' is no operator"],
    ['"a.b"=', 7, "value of 'a.b' is missing"],
    ['a="x', 3, 'closing quote'],
    ["a='x'", 3, 'single quotes'],
    ['{a="x"', 7, "'}' is missing"],
    ['a="x"}', 6, 'unexpected'],
    ['a="x" b="y"', 7, 'unexpected'],
    ['a=~"(?=x)"', 4, 'does not compile'],
    ['a="x",b=~"[y"', 10, 'missing closing ]'],
    [String.raw`"a.b"="\q"`, 8, 'no escape'],
    [String.raw`"a.b"="\xff"`, 8, 'no escape'],
  ])('refuses %j at character %i', (text, column, message) => {
    let error: unknown;
    try {
      parseMatchers(text);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(MatcherError);
    expect(error).toMatchObject({ column, message: expect.stringContaining(message) });
    expect((error as MatcherError).fix).not.toBe('');
  });
});

test('refuses a text that is far longer than what people write', () => {
  expect(() => parseMatchers(`a="${'x'.repeat(20_000)}"`)).toThrow('too long');
});

describe('matching', () => {
  const alert = {
    name: 'phone:offline',
    labels: { phone_id: 'phone_07', text: 'one\ntwo', alertname: 'somebody lies' },
  };

  test.each([
    ['the name of the alert', 'alertname="phone:offline"', true],
    ['an equal label', 'phone_id="phone_07"', true],
    ['another value', 'phone_id="phone_08"', false],
    ['an unequal label', 'phone_id!="phone_08"', true],
    ['an expression', 'phone_id=~"phone_\\\\d+"', true],
    ['an expression that covers only a part', 'phone_id=~"phone"', false],
    ['a list of words', 'phone_id=~"phone_06|phone_07"', true],
    ['a list of words with a part of one', 'phone_id=~"phone_0|phone"', false],
    ['alternatives, of which the longer one must fit', 'phone_id=~"phone|phone_0[0-9]"', true],
    ['no expression', 'phone_id!~"phone_.*"', false],
    ['a dot is no line break', 'text=~"one.two"', false],
    ['a dot is one where it is told to be', 'text=~"(?s)one.two"', true],
    ['the end is the very end', 'text=~"one\\n?"', false],
    ['letters of either case', 'phone_id=~"(?i)PHONE_07"', true],
    ['a missing label is the empty text', 'none=""', true],
    ['a missing label is not anything', 'none!="x"', true],
    ['a missing label fits what may be empty', 'none=~".*"', true],
    ['a missing label does not fit what may not', 'none=~".+"', false],
    ['a word of the language is no label', 'constructor=""', true],
    ['every matcher must agree', 'alertname="phone:offline",phone_id="phone_08"', false],
  ])('%s', (_, text, expected) => {
    expect(matchesAll(parseMatchers(text), alert)).toBe(expected);
  });

  test('takes no longer for an expression made to be slow', () => {
    const evil = { name: 'x', labels: { v: `${'a'.repeat(20_000)}!` } };
    const started = performance.now();
    expect(matchesAll(parseMatchers('v=~"(a+)+(a|aa)*b"'), evil)).toBe(false);
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});
