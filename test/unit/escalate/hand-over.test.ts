import { expect, test } from 'vitest';
import { onDuty, type Rotation } from '../../../src/domain/rotation.ts';
import { handOverNotice, type WeekFacts } from '../../../src/escalate/hand-over.ts';

const NOW = Date.parse('2026-01-12T07:00:00Z');
const rotation: Rotation = {
  name: 'oncall',
  zone: 'Europe/Bucharest',
  weekday: 1,
  minute: 540,
  since: Date.UTC(2026, 0, 5),
  members: [
    { name: 'Anna', slack: 'U0ANNA' },
    { name: 'Bob', slack: 'U0BOB' },
  ],
  overrides: [],
};
const incident = (state: string, more: Partial<WeekFacts['open'][number]> = {}) => ({
  id: 'inc-1',
  rule: 'phone-offline',
  target: 'phone phone_07',
  severity: 'high',
  state,
  reason: 'storm',
  openedAt: NOW - 7_200_000,
  ackedBy: null,
  ...more,
});
const say = (facts: Partial<WeekFacts>) =>
  handOverNotice(
    rotation,
    onDuty(rotation, NOW),
    { open: [], pauses: [], runs: [], opened: 0, paged: 0, ...facts },
    NOW,
  );

test('reads as whoever takes over wants to read it', () => {
  const { title, lines } = say({
    open: [incident('escalated', { severity: 'critical', reason: 'failed', ackedBy: 'anna' }), incident('held')],
    pauses: [
      { id: 'p', scope: 'rule', key: 'queue-backlog', owner: 'anna', why: 'load test', setAt: NOW, until: null },
    ],
    runs: [
      { remediation: 'phones/reconnect', outcome: 'held', count: 7 },
      { remediation: 'phones/reconnect', outcome: 'failed', count: 1 },
    ],
    opened: 12,
    paged: 2,
  });
  expect([title, ...lines].join('\n')).toBe(
    [
      'oncall: Bob is on call now, Anna stands by, until 2026-01-19 09:00 Europe/Bucharest',
      'Open: critical phone-offline on phone phone_07: escalated (failed) for 2 h, anna has it, inc-1',
      'Held by a guardrail: high phone-offline on phone phone_07: held (storm) for 2 h, inc-1',
      'Paused: rule queue-backlog, by anna: load test',
      'Last week: 12 incidents, a person told of 2. Run: phones/reconnect (7 held, 1 failed).',
      'Check now that pages reach your phone: remedyd notify-test CHANNEL.',
    ].join('\n'),
  );
});

test('a quiet week is said, too', () => {
  expect(say({}).lines.slice(0, 4)).toEqual([
    'Open: nothing.',
    'Held by a guardrail: nothing.',
    'Paused: nothing.',
    'Last week: 0 incidents, a person told of 0. Nothing was run.',
  ]);
});
