import { expect, test } from 'vitest';
import { onDuty } from '../../../src/domain/rotation.ts';
import { rotationOf, rotationsSchema } from '../../../src/escalate/rotation-config.ts';

const written = {
  name: 'oncall',
  zone: 'Europe/Bucharest',
  since: '2026-01-05',
  members: [
    { name: 'Anna', slack: 'U0ANNA' },
    { name: 'Bob', slack: 'U0BOB' },
  ],
  overrides: [{ from: '2026-01-06T09:00', to: '2026-01-06 18:00', primary: 'Bob' }],
};

test('weekly, Monday at nine of its own zone, with somebody who stands in', () => {
  const [read] = rotationsSchema.parse([written]);
  if (read === undefined) throw new Error('nothing was read');
  const rotation = rotationOf(read);
  const at = (text: string) => onDuty(rotation, Date.parse(text)).primary.name;
  expect(at('2026-01-05T07:00:00Z')).toBe('Anna');
  expect(at('2026-01-06T06:59:00Z')).toBe('Anna');
  expect(at('2026-01-06T07:00:00Z')).toBe('Bob');
  expect(at('2026-01-06T16:00:00Z')).toBe('Anna');
  expect(at('2026-01-12T07:00:00Z')).toBe('Bob');
});

test.each([
  ['a zone that nobody knows', { zone: 'Europe/Bukarest' }, 'no such time zone'],
  ['nobody at all', { members: [] }, ''],
  [
    'a stranger who stands in',
    { overrides: [{ from: '2026-01-06T09:00', to: '2026-01-06T18:00', primary: 'Eve' }] },
    "no member 'Eve'",
  ],
  [
    'an end before the beginning',
    { overrides: [{ from: '2026-01-06T09:00', to: '2026-01-06T08:00', primary: 'Bob' }] },
    'ends before it begins',
  ],
  ['no Slack user', { members: [{ name: 'Anna', slack: 'anna' }] }, 'Slack user id'],
  ['no time of day', { hand_over: { at: '25:00' } }, 'hours and minutes'],
])('refuses %s', (_, change, message) => {
  const parsed = rotationsSchema.safeParse([{ ...written, ...change }]);
  expect(parsed.success).toBe(false);
  expect(JSON.stringify(parsed.error?.issues)).toContain(message);
});
