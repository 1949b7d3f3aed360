import { expect, test } from 'vitest';
import { systemClock } from '../../../src/domain/time.ts';
import { startEngine } from '../engine/engine.ts';
import { asking, breaks, now, person, question, said } from './people.ts';

const MINUTE = 60_000;

/** Two minutes before Eve takes over from Anna; Bob stands by before it, and is on call after it. */
const BEFORE = Date.UTC(2026, 0, 19, 8, 58);

const rotation = {
  name: 'oncall',
  zone: 'UTC',
  since: '2026-01-12',
  members: [
    { name: 'Anna', slack: 'U0ANNA' },
    { name: 'Bob', slack: 'U0BOB' },
    { name: 'Eve', slack: 'U0EVE' },
  ],
};

test('P9: whoever is on call at the moment of the answer may answer, and a yes given before the hand-over stays one', async () => {
  let ahead = BEFORE - systemClock.now();
  const clock = { now: () => systemClock.now() + ahead, sleep: systemClock.sleep };
  await using world = await startEngine({
    rules: asking('approval: { from: oncall, needs: 2, within: 10m }'),
    clock,
    config: { people: { oncall: { rotations: ['oncall'] } }, escalation: { rotations: [rotation] } },
  });
  const someone = (id: string) => person(world, id, { now: () => clock.now() / 1_000 });
  const heard = (words: string) => world.slack.until(() => said(world).find((text) => text.includes(words)));
  await breaks(world);
  const asked = await question(world);
  expect(JSON.stringify(asked)).toContain('oncall (on call now: Anna, Bob) may answer');
  await someone('U0EVE').press(asked, 'approve');
  await heard("Only 'oncall' (on call now: Anna, Bob) may answer this");
  await someone('U0ANNA').press(asked, 'approve');
  await heard('Your yes counts: 1 of 2');
  ahead += 3 * MINUTE;
  await someone('U0ANNA').press(asked, 'approve');
  await heard("Only 'oncall' (on call now: Bob, Eve) may answer this");
  await someone('U0EVE').press(asked, 'approve');
  const incident = await world.daemon.untilState('thing:cup', ['running', 'verifying', 'healed']);
  const { timeline } = await world.daemon.incident(incident.id);
  expect(timeline.filter(({ type }) => type === 'answer-refused').map(({ data }) => [data.person, data.why])).toEqual([
    ['U0EVE', 'not-allowed'],
    ['U0ANNA', 'not-allowed'],
  ]);
  expect(timeline.find(({ type }) => type === 'approved')?.summary).toBe('u0anna, u0eve approved things/mend');
  await world.slack.until(() => JSON.stringify(now(world, asked)).includes('u0eve approved'));
});
