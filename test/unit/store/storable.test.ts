import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isAway } from '../../../src/store/away.ts';
import { json, storable, storableText } from '../../../src/store/storable.ts';

test('mends what Postgres refuses, in texts and names, however deep', () => {
  const value = { 'a\0': ['x\0y', { z: '\ud800' }], n: 1, ok: null };
  expect(storable(value)).toEqual({ 'a\ufffd': ['x\ufffdy', { z: '\ufffd' }], n: 1, ok: null });
  expect(JSON.parse(json(value))).toEqual(storable(value));
});

test('leaves everything else alone', () => {
  for (const text of ['', 'plain', '\u{1f600}', '\\u0000 written out', '\\ud800']) {
    expect(storableText(text)).toBe(text);
    expect(JSON.parse(json({ text }))).toEqual({ text });
  }
});

test('never lets a zero byte or half a pair through', () => {
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
      const text = json(value);
      expect(text).not.toMatch(/(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/i);
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(storable(value))));
    }),
  );
});

test('what has no form in JSON is the fault of whoever wrote it', () => {
  expect(() => json({ n: 1n })).toThrow(TypeError);
});

test.each([
  [{ code: 'ECONNREFUSED' }, true],
  [{ code: '57P01', message: 'terminating connection due to administrator command' }, true],
  [{ code: '53300', message: 'too many clients' }, true],
  [{ code: '25006', message: 'read-only transaction' }, true],
  [{ message: 'Connection terminated unexpectedly' }, true],
  [{ message: 'Query read timeout' }, true],
  [{ code: '22P05', message: 'unsupported Unicode escape sequence' }, false],
  [{ code: '23505', message: 'duplicate key' }, false],
  [{ code: '42P01', message: 'no such table' }, false],
  [new TypeError('Do not know how to serialize a BigInt'), false],
])('%j is away: %s', (error, away) => {
  expect(isAway(error)).toBe(away);
});
