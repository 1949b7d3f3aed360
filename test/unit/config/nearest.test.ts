import { expect, test } from 'vitest';
import { nearest, suggest } from '../../../src/config/nearest.ts';

test.each([
  ['gaurds', ['guards', 'guides'], 'guards'],
  ['Guards', ['guards'], 'guards'],
  ['cooldwon', ['cooldown', 'count'], 'cooldown'],
  ['phones/reconect', ['phones/reconnect', 'queues/unblock'], 'phones/reconnect'],
  ['xyz', ['guards'], null],
  ['', ['a'], 'a'],
  ['x'.repeat(1_000_000), ['x'], null],
])('finds what was meant', (word, candidates, meant) => {
  expect(nearest(word, candidates)).toBe(meant);
});

test('lists what there is where nothing is close', () => {
  expect(suggest('zzz', ['postgres', 'redis'])).toBe('use one of postgres, redis');
  expect(suggest('zzz', [])).toBe('remove it');
});
