import { expect, test } from 'vitest';
import { defineRemediation, type Remediation, stepsFor, z } from '../../../src/remediation/index.ts';
import type { Toolbox } from '../../../src/remediation/tools.ts';
import type { Run } from '../../../src/store/runs.ts';
import { see } from '../../../src/verify/see.ts';
import { fakeClock } from '../../support/clock.ts';

const params = z.strictObject({});

function probing(probe: Remediation['verify']['probe']): Remediation {
  const look = stepsFor(params)({ name: 'a', effect: 'reads', repeat: 'safe', timeout: '1s', run: async () => null });
  return defineRemediation({
    summary: 'For a test.',
    risk: 'low',
    params,
    needs: [],
    target: () => ({ kind: 'thing', id: 'cup' }),
    steps: [look],
    verify: { within: '1m', every: '1s', holdFor: '1m', probe },
  }) as unknown as Remediation;
}

const run = { id: 'run-1', params: {}, target: { kind: 'thing', id: 'cup' } } as Run;
const toolbox = { open: () => ({}) } as unknown as Toolbox;

function look(probe: Remediation['verify']['probe'], hardStop = new AbortController().signal, clock = fakeClock()) {
  return see({ clock, toolbox, settings: {}, hardStop }, probing(probe), run);
}

test('a probe that fails has seen nothing, and nothing is not healthy', async () => {
  const seen = await look(async () => {
    throw new Error('refused');
  });
  expect(seen).toEqual({ healthy: false, evidence: { probeError: 'refused' } });
});

test('a probe that hangs is given up', async () => {
  const clock = fakeClock();
  const seen = look(() => new Promise<never>(() => undefined), undefined, clock);
  while (clock.sleeping === 0) await new Promise((resolve) => setImmediate(resolve));
  await clock.advance(20_000);
  expect(await seen).toMatchObject({ healthy: false });
});

test('P8: a service that stops has not seen a sick world', async () => {
  const stop = new AbortController();
  const seen = look(() => new Promise<never>(() => undefined), stop.signal);
  stop.abort(new Error('the service stops'));
  await expect(seen).rejects.toThrow('cut off');
});
