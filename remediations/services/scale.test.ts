import { describe, expect, test } from 'vitest';
import { rehearsalClock } from '../../test/support/clock.ts';
import { crashEverywhere, probe, rehearse } from '../../test/support/rehearse.ts';
import { smallServices } from '../../test/support/small-world/services.ts';
import scale from './scale.ts';

const params = { service: 'workers' };
const settings = { services: { workers: { min_instances: 1, max_instances: 3 } } };

function world(instances: number, { comesUp = true } = {}) {
  const clock = rehearsalClock();
  const services = smallServices(clock);
  services.set(
    'workers',
    Array.from({ length: instances }, () => ({})),
  );
  const { tool } = services;
  const broken = {
    ...tool,
    async scale(...args: Parameters<typeof tool.scale>) {
      await tool.scale(...args);
      const list = services.list('workers');
      services.set(
        'workers',
        list.map((one, i) => (i < instances ? one : { ...one, state: 'errored' as const })),
      );
    },
  };
  return { clock, services, settings, tools: { services: comesUp ? tool : broken } };
}

describe('heals', () => {
  test.each([
    ['up', 1, 2],
    ['up', 2, 3],
    ['down', 3, 2],
  ] as const)('by one %s, from %i to %i', async (direction, from, to) => {
    const here = world(from);
    const { outcome } = await rehearse(scale, { params: { ...params, direction }, ...here });
    expect(outcome).toEqual({ kind: 'applied' });
    expect(here.services.list('workers')).toHaveLength(to);
    expect(await probe(scale, { params, ...here })).toMatchObject({ healthy: true });
  });

  test('by one only, wherever the process dies', async () => {
    const { calm, different } = await crashEverywhere(async (crash) => {
      const here = world(1);
      const rehearsal = await rehearse(scale, { params, ...here, ...(crash === undefined ? {} : { crash }) });
      const world_ = { instances: here.services.list('workers').length, outcome: rehearsal.outcome };
      return { rehearsal, world: world_ };
    });
    expect(calm).toEqual({ instances: 2, outcome: { kind: 'applied' } });
    expect(different).toEqual([]);
  });
});

describe('refuses', () => {
  test('more than the settings allow', async () => {
    const here = world(3);
    const { outcome } = await rehearse(scale, { params, ...here });
    expect(outcome).toMatchObject({ kind: 'handed-over', why: expect.stringContaining('3 is the most') });
    expect(here.services.acts).toEqual([]);
  });

  test('fewer than the settings allow', async () => {
    const here = world(1);
    const { outcome } = await rehearse(scale, { params: { ...params, direction: 'down' }, ...here });
    expect(outcome).toMatchObject({ kind: 'noop' });
    expect(here.services.acts).toEqual([]);
  });

  test('more of a service that is sick', async () => {
    const here = world(2);
    here.services.set('workers', [{}, { state: 'errored' }]);
    const { outcome } = await rehearse(scale, { params, ...here });
    expect(outcome).toMatchObject({ kind: 'noop', why: expect.stringContaining('not healthy') });
  });

  test('a service without limits, and one that is not there', async () => {
    const unknown = await rehearse(scale, { params: { service: 'api' }, ...world(1) });
    expect(unknown.outcome).toMatchObject({ kind: 'handed-over', why: expect.stringContaining('no limits') });
    const gone = await rehearse(scale, { params, ...world(0) });
    expect(gone.outcome).toMatchObject({ kind: 'handed-over', why: expect.stringContaining('no service') });
  });
});

test('goes back to what it was when the new instance does not come up, also when the process dies meanwhile', async () => {
  const { calm, different } = await crashEverywhere(async (crash) => {
    const here = world(2, { comesUp: false });
    const rehearsal = await rehearse(scale, { params, ...here, ...(crash === undefined ? {} : { crash }) });
    const { kind } = rehearsal.outcome;
    return { rehearsal, world: { instances: here.services.list('workers').length, kind } };
  });
  expect(calm).toEqual({ instances: 2, kind: 'failed' });
  expect(different).toEqual([]);
});

test.each([
  ['a number of its own', { ...params, instances: 100 }],
  ['another direction', { ...params, direction: 'sideways' }],
  ['everything', { service: 'all' }],
])('refuses %s', (_, wrong) => {
  expect(scale.params.safeParse(wrong).success).toBe(false);
});
