import { expect, test } from 'vitest';
import { noOf, tellNo } from '../../../src/domain/guard-words.ts';
import type { JsonObject } from '../../../src/domain/json.ts';
import type { Reason } from '../../../src/domain/reason.ts';

const NOW = Date.UTC(2026, 0, 19, 10);
const MINUTE = 60_000;

test.each<[Reason, JsonObject, number | null, string, string]>([
  [
    'cooldown',
    { cooldownMs: 10 * MINUTE, lastRunEnded: '2026-01-19T09:54:10.000Z' },
    NOW + 250_000,
    'the last run here ended 5 min 50 s ago, and the rule wants 10 min of rest',
    'wait 4 min 10 s (until 2026-01-19T10:04:10.000Z), or lower guards.cooldown to 5m50s',
  ],
  [
    'paused',
    { scope: 'target', key: 'phone:phone_07', owner: 'ana', why: 'new SIM card', until: null },
    NOW + MINUTE,
    'target phone:phone_07 is paused by ana until it is resumed: new SIM card',
    'remedyd resume --target phone:phone_07',
  ],
  [
    'budget',
    { used: 3, runs: 3, perMs: 60 * MINUTE },
    NOW + MINUTE,
    'it had 3 runs within 1 h, and the rule allows 3',
    'wait 1 min (until 2026-01-19T10:01:00.000Z), or raise guards.budget.runs to 4',
  ],
  [
    'blast-radius',
    { limit: 3, counted: 9, sick: 8, inFlight: 2 },
    NOW,
    'the limit is 3',
    'wait until they are 3, or raise guards.blast_radius until it allows 9',
  ],
  [
    'dependency',
    { alert: 'vendor:down', matcher: 'alertname="vendor:down"' },
    NOW,
    'vendor:down fires',
    'repair vendor:down',
  ],
])(
  '%s is said with its numbers, and with the least that would have to be otherwise',
  (reason, numbers, until, says, change) => {
    const told = tellNo({ reason, numbers, until }, NOW);
    expect(told.says).toContain(says);
    expect(told.change).toContain(change);
  },
);

test('numbers that are not there leave the plain reason', () => {
  expect(tellNo({ reason: 'cooldown', numbers: {}, until: NOW + MINUTE }, NOW)).toEqual({
    says: 'The last run on this target is too recent.',
    change: 'wait 1 min (until 2026-01-19T10:01:00.000Z)',
  });
});

test('the no of a held line is that of the guardrail that decided', () => {
  const guards = [
    { guard: 'pause', ok: true, reason: null, numbers: {} },
    { guard: 'cooldown', ok: false, reason: 'cooldown', numbers: { cooldownMs: 1 } },
    { guard: 'budget', ok: false, reason: 'budget', numbers: { used: 3 } },
  ];
  expect(noOf({ guards, until: NOW }, 'cooldown')).toEqual({
    reason: 'cooldown',
    numbers: { cooldownMs: 1 },
    until: NOW,
  });
  // What holds before any guardrail is asked has its numbers beside it.
  expect(noOf({ firingSince: NOW, until: NOW }, 'for-not-reached')?.numbers).toMatchObject({ firingSince: NOW });
  expect(noOf({}, 'no-such-word')).toBeNull();
});
