import { Agent, fetch as fetchBy } from 'undici';
import { afterAll, expect, test } from 'vitest';
import { startEngine } from '../engine/engine.ts';
import { ASKS, asking, hasButton, person, said } from './people.ts';

const MANY = 200;

/** After that Slack tells the person that it did not work. */
const SLACK_WAITS = 3_000;

// A connection is taken in one turn of the event loop, and this process is Slack, PagerDuty and the crowd as well. Whoever stands
// in front of a service keeps its connections.
const agent = new Agent({ connections: 100 });
const send = ((url: string, init: RequestInit) =>
  fetchBy(url, { ...(init as object), dispatcher: agent })) as unknown as typeof fetch;
afterAll(() => agent.close());

test('200 questions, each answered by two people who press twice, are decided once each and acknowledged in time', async () => {
  await using world = await startEngine({
    rules: asking(ASKS),
    config: { guards: { backoff: ['0s'], runs_at_once: 500, runs_per_hour: 10_000 } },
  });
  const { daemon } = world;
  const things = Array.from({ length: MANY }, (_, i) => `t${i}`);
  await daemon.event(things.map((thing) => ({ name: 'thing:broken', status: 'firing', labels: { thing } })));
  const questions = await world.slack.until(() => {
    const asking = world.slack.messages().filter((one) => hasButton(one, 'approve'));
    return asking.length === MANY && asking;
  }, 60_000);
  const anna = person(world, 'U0ANNA', { send });
  const bob = person(world, 'U0BOB', { send });
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
  expect(at(1)).toBeLessThan(SLACK_WAITS);
  // The service needs its connections for itself meanwhile; whoever gets none asks again.
  const left = () => daemon.db.query(`select 1 from remedyd.outbox where kind = 'answer'`).catch(() => [null]);
  await daemon.until('every answer', async () => (await left()).length === 0, 120_000);
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

test('what a person sends is stored and acknowledged while every other connection is taken', async () => {
  await using world = await startEngine({ rules: asking(ASKS) });
  const { daemon } = world;
  let freed = 0;
  const holder = await daemon.db.connect('holds what the others wait for');
  await holder.query('select pg_advisory_lock(1)');
  // More than the service has for everything else.
  const taken = Array.from({ length: 20 }, async () => {
    await daemon.db.query('select pg_advisory_xact_lock(1)');
    freed += 1;
  });
  const { status } = await person(world, 'U0ANNA').command('/remedyd', 'pause r 2h the carrier works on it');
  expect([status, freed]).toEqual([200, 0]);
  await holder.end();
  await Promise.all(taken);
  await world.slack.until(() => said(world).find((text) => text.includes('Paused rule r')), 20_000);
});
