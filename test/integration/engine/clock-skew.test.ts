import { afterEach, expect, test } from 'vitest';
import { type Engine, FREE, MEND, rule, startEngine } from './engine.ts';

let engine: Engine | undefined;
afterEach(() => engine?.[Symbol.asyncDispose]());

test('a replica whose clock is wrong changes nothing, says so, and still has people told; right again, it goes on', async () => {
  let ahead = 60_000;
  engine = await startEngine({
    rules: `rules:\n${rule('r', 'thing:broken', MEND, FREE, 'escalate: { policy: oncall, after: 1s }')}${rule('s', 'thing:late', MEND, FREE, 'escalate: { policy: oncall, after: 10m }')}`,
    databaseTime: async () => Date.now() - ahead,
  });
  const { daemon, toy, pagerduty } = engine;
  const fires = (name: string, thing: string) =>
    daemon.event({ name, status: 'firing', severity: 'HIGH', labels: { thing } });
  await fires('thing:broken', 'cup');
  await fires('thing:late', 'mug');
  await pagerduty.until(() => pagerduty.incidents.length === 1, 20_000);
  expect(await daemon.untilState('thing:mug', ['received'])).toMatchObject({ runs: [] });
  expect(toy.things.size).toBe(0);
  const ready = await fetch(`${daemon.address}/readyz`);
  expect(await ready.text()).toMatch(/ahead of the database's, so this replica decides and runs nothing/);

  ahead = 0;
  await daemon.untilState('thing:mug', ['running', 'verifying'], 30_000);
  expect(toy.thing('mug').mended).toBeGreaterThanOrEqual(0);
}, 90_000);
