import { expect, test } from 'vitest';
import { startEngine } from '../engine/engine.ts';
import { ASKS, asking, hasButton, person } from './people.ts';

const MANY = 200;

test('200 questions, each answered by two people who press twice, are decided once each and acknowledged in time', async () => {
  await using world = await startEngine({
    rules: asking(ASKS),
    config: { guards: { backoff: ['0s'], runs_at_once: 500, runs_per_hour: 10_000 } },
  });
  const { daemon, slack } = world;
  const things = Array.from({ length: MANY }, (_, i) => `t${i}`);
  await daemon.event(things.map((thing) => ({ name: 'thing:broken', status: 'firing', labels: { thing } })));
  const questions = await slack.until(() => {
    const found = slack.messages().filter((one) => hasButton(one, 'approve'));
    return found.length === MANY && found;
  }, 90_000);
  const anna = person(world, 'U0ANNA');
  const bob = person(world, 'U0BOB');
  const waits: number[] = [];
  const press = async (who: typeof anna, message: (typeof questions)[number]) => {
    const begun = performance.now();
    const { status } = await who.press(message, 'approve');
    waits.push(performance.now() - begun);
    return status;
  };
  const statuses = await Promise.all(
    questions.flatMap((one) => [press(anna, one), press(bob, one), press(anna, one), press(bob, one)]),
  );
  expect(new Set(statuses)).toEqual(new Set([200]));
  const sorted = waits.toSorted((a, b) => a - b);
  const at = (part: number) => Math.round(sorted[Math.floor((sorted.length - 1) * part)] ?? 0);
  process.stdout.write(
    `acknowledgements of ${waits.length} presses: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, longest ${at(1)} ms\n`,
  );
  expect(at(1)).toBeLessThan(3_000);
  const open = () => daemon.db.query(`select 1 from remedyd.outbox where kind = 'answer'`).then((rows) => rows.length);
  await daemon.until('every answer', async () => (await open()) === 0, 90_000);
  const decided = await daemon.db.query<{ type: string; count: number }>(
    `select type, count(*) as count from remedyd.timeline where type in ('approved', 'answer-refused') group by 1 order by 1`,
  );
  expect(decided).toEqual([
    { type: 'answer-refused', count: 3 * MANY },
    { type: 'approved', count: MANY },
  ]);
  const runs = await daemon.db.query<{ incident: string; count: number }>(
    'select incident_id as incident, count(*) as count from remedyd.runs group by 1 having count(*) > 1',
  );
  expect(runs).toEqual([]);
}, 240_000);
