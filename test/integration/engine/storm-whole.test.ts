import { expect, test } from 'vitest';
import { STORM_FIRING, STORM_RULES, weatherStorm } from '../../support/daemon/storm.ts';
import { startEngine } from './engine.ts';

test('five hundred things that break at once are one page, and the few that are left are mended', async () => {
  await using engine = await startEngine({ rules: STORM_RULES });
  const { daemon, pagerduty } = engine;
  const size = { things: 500, perWebhook: 25, connections: 8, left: 12 };
  const { stored, runs, triggers, states } = await weatherStorm({ daemon, db: daemon.db, pagerduty, ...size });
  expect(stored).toBe(500);
  // Those that came before it was a storm.
  expect(runs.before).toBeLessThanOrEqual(STORM_FIRING);
  expect(runs.during).toBe(0);
  expect(runs.before + runs.after).toBeGreaterThanOrEqual(12);
  expect(triggers).toBe(1);
  expect((states.healed ?? 0) + (states.closed ?? 0)).toBe(500);
}, 120_000);
