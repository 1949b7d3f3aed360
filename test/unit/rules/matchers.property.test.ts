import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseMatchers, printMatcher } from '../../../src/rules/matchers/matcher.ts';
import { MatcherError } from '../../../src/rules/matchers/matcher-error.ts';

const name = fc.string({ unit: 'grapheme', minLength: 1 });
const value = fc.string({ unit: 'grapheme' });
const exact = fc.record({ name, operator: fc.constantFrom('=' as const, '!=' as const), value });
const pattern = fc.record({
  name,
  operator: fc.constantFrom('=~' as const, '!~' as const),
  value: fc.constantFrom('', '.*', 'a|b', '\\d+', 'x{2,3}', '"quoted"', 'a\\.b', '[^,}]+', 'line\nbreak'),
});

test('reads back what it prints', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(exact, pattern), { minLength: 1, maxLength: 4 }),
      fc.boolean(),
      (matchers, braces) => {
        const list = matchers.map(printMatcher).join(', ');
        const read = parseMatchers(braces ? `{${list}}` : list);
        expect(read.map(({ name, operator, value }) => ({ name, operator, value }))).toEqual(matchers);
      },
    ),
  );
});

test('answers any text with matchers or with one kind of error, whose column lies in or just behind it', () => {
  const piece = fc.constantFrom(
    'a',
    '=',
    '!',
    '~',
    '"',
    '\\',
    ',',
    '{',
    '}',
    ' ',
    "'",
    'é',
    '\n',
    '[',
    '(',
    '*',
    'x41',
  );
  const text = fc.oneof(
    fc.string(),
    fc.array(piece).map((pieces) => pieces.join('')),
  );
  fc.assert(
    fc.property(text, (given) => {
      try {
        expect(parseMatchers(given).length).toBeGreaterThan(0);
      } catch (error) {
        if (!(error instanceof MatcherError)) throw error;
        expect(error.column).toBeGreaterThanOrEqual(1);
        expect(error.column).toBeLessThanOrEqual(given.length + 1);
      }
    }),
    { numRuns: 2_000 },
  );
});
