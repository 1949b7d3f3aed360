import fc from 'fast-check';
import { expect, test } from 'vitest';
import { faultsOf } from '../../../src/config/issues.ts';
import { parseYaml } from '../../../src/config/yaml.ts';
import { rulesFileSchema } from '../../../src/rules/schema.ts';

const piece = fc.constantFrom(
  'rules',
  ':',
  ' ',
  '\n',
  '  ',
  '- ',
  '&a ',
  '*a',
  '[',
  ']',
  '{',
  '}',
  '"',
  "'",
  '!',
  '|',
  '#',
  '?',
  '\t',
  'name',
  '---\n',
  '<<',
  'é',
);

test('answers any bytes with a value or with faults that lie in the file', () => {
  const bytes = fc.oneof(
    fc.uint8Array(),
    fc.array(piece, { maxLength: 40 }).map((pieces) => Buffer.from(pieces.join(''))),
  );
  fc.assert(
    fc.property(bytes, (given) => {
      const yaml = parseYaml('f.yaml', given);
      const lines = Buffer.from(given).toString().split('\n').length;
      const parsed = 'faults' in yaml ? null : rulesFileSchema.safeParse(yaml.value);
      const faults =
        'faults' in yaml
          ? yaml.faults
          : faultsOf(yaml, rulesFileSchema, parsed?.success === false ? parsed.error.issues : []);
      for (const { line, column, message } of faults) {
        expect(line).toBeGreaterThanOrEqual(1);
        expect(line).toBeLessThanOrEqual(lines);
        expect(column).toBeGreaterThanOrEqual(1);
        expect(message).not.toBe('');
      }
    }),
    { numRuns: 2_000 },
  );
});

test('reads a large map in reasonable time and finds the one key that stands twice', () => {
  const keys = Array.from({ length: 30_000 }, (_, i) => `k${i}: 1`);
  const yaml = parseYaml('f.yaml', Buffer.from([...keys, 'k7: 2'].join('\n')));
  expect(yaml).toEqual({
    faults: [{ file: 'f.yaml', line: 30_001, column: 1, message: 'this key stands twice', fix: 'keep one of the two' }],
  });
});
