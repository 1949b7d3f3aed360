import { expect, test } from 'vitest';
import { alertsOf, expand } from '../../../src/ruletest/alerts.ts';

test.each([
  ['phone_07', ['phone_07']],
  ['phone_{08..11}', ['phone_08', 'phone_09', 'phone_10', 'phone_11']],
  ['{1..2}-{1..2}', ['1-1', '1-2', '2-1', '2-2']],
  ['{3..1}', []],
  ['a{b}c', ['a{b}c']],
])('%s', (text, texts) => {
  expect(expand(text)).toEqual(texts);
});

test('a range cannot fill the memory', () => {
  expect(expand('{0..999999999}')).toHaveLength(10_000);
});

test('ranges in several labels are all pairs of them, each an alert of its own', () => {
  const written = { name: 'A', labels: { a: '{1..2}', b: 'x{1..3}' }, annotations: {}, source: 'event' } as const;
  const alerts = alertsOf(written, 0);
  expect(new Set(alerts.map(({ fingerprint }) => fingerprint)).size).toBe(6);
  expect(alerts.at(-1)).toMatchObject({ labels: { a: '2', b: 'x3' }, status: 'firing', severity: null });
});
