import { expect, test } from 'vitest';
import { canariesSchema } from '../../../src/decide/config.ts';

const parse = (more: object) => canariesSchema.safeParse([{ name: 'internet', tcp: 'example.com:443', ...more }]);

test.each([
  ['2 s where nothing is said', {}, 2_000],
  ['5 s at most', { timeout: '5s' }, 5_000],
])('a canary may take %s', (_, more, timeout) => {
  expect(parse(more).data).toMatchObject([{ timeout }]);
});

test('all decisions wait for a canary, so it may not take longer than 5 s', () => {
  const { error } = parse({ timeout: '5001ms' });
  expect(error?.issues).toMatchObject([{ path: [0, 'timeout'], message: expect.stringContaining('longer than 5s') }]);
});
