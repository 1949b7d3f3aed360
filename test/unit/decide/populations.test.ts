import { expect, test } from 'vitest';
import { createPopulations } from '../../../src/decide/populations.ts';
import type { PopulationContext, Remediation } from '../../../src/remediation/index.ts';
import type { Tools } from '../../../src/remediation/tools.ts';
import { fakeClock } from '../../support/clock.ts';
import { MINUTE, remediations } from './bench.ts';

type Count = (ctx: PopulationContext) => Promise<number>;

/** The fake remediation that mends things, and how many of them there are. */
function counting(count: Count) {
  const clock = fakeClock();
  const errors: string[] = [];
  const changed: string[] = [];
  const mend = { ...(remediations().get('things/mend') as Remediation), population: count };
  const populations = createPopulations({
    remediations: new Map([...remediations(), ['things/mend', mend]]),
    toolbox: { open: () => ({}) as Tools },
    settings: {},
    remember: async () => undefined,
    clock,
    hardStop: new AbortController().signal,
    onError: ({ message }) => errors.push(message),
    onChanged: (name) => changed.push(name),
  });
  const known = () => populations.known().get('things/mend');
  return { clock, errors, changed, known, measure: () => populations.measure(['things/mend', 'services/restart']) };
}

test('counts once a minute, however many ask', async () => {
  let counts = 0;
  const { clock, known, measure } = counting(async () => {
    counts += 1;
    return 20;
  });
  await Promise.all([measure(), measure(), measure()]);
  expect(known()).toEqual({ count: 20, at: clock.now() });
  await clock.advance(MINUTE - 1);
  await measure();
  expect(counts).toBe(1);
  await clock.advance(1);
  await measure();
  await clock.advance(0);
  expect(counts).toBe(2);
  expect(known()?.at).toBe(clock.now());
});

test('a number of a minute ago is used while it is counted again', async () => {
  const answers: (number | Promise<number>)[] = [20, new Promise<number>(() => undefined)];
  const { clock, errors, known, measure } = counting(async () => answers.shift() ?? 0);
  await measure();
  const { at } = known() ?? expect.unreachable();
  await clock.advance(2 * MINUTE);
  await measure();
  expect(known()).toEqual({ count: 20, at });
  await clock.advance(2_000);
  expect(errors).toEqual(['no answer within 2000 ms']);
});

test('P4: what cannot be counted stays unknown, and is tried again only after a while', async () => {
  let counts = 0;
  const { clock, errors, known, measure } = counting(() => {
    counts += 1;
    return Promise.reject(new Error('the database is away'));
  });
  await measure();
  await measure();
  expect([known(), counts, errors]).toEqual([undefined, 1, ['the database is away']]);
  await clock.advance(10_000);
  await measure();
  expect(counts).toBe(2);
});

test.each([-1, 1.5, Number.NaN])('P4: %d is no number of things', async (answer) => {
  const { errors, known, measure } = counting(async () => answer);
  await measure();
  expect(known()).toBeUndefined();
  expect(errors).toEqual([expect.stringContaining('no number of things')]);
});

test('a system that hangs holds nobody up for longer than two seconds', async () => {
  const { clock, known, measure } = counting(() => new Promise(() => undefined));
  const waiting = measure();
  await clock.advance(2_000);
  await waiting;
  expect(known()).toBeUndefined();
});
