import { expect, test } from 'vitest';
import { defineRemediation, z } from '../../../src/remediation/index.ts';
import { timingOf } from '../../../src/verify/timing.ts';
import { rule, rulebookOf } from '../rules/written.ts';

const mend = defineRemediation({
  summary: 'Mends.',
  risk: 'low',
  params: z.strictObject({}),
  needs: [],
  target: () => ({ kind: 'thing', id: 'x' }),
  steps: [{ name: 'mend', effect: 'changes', repeat: 'safe', timeout: '1s', run: async () => null }],
  verify: { within: '5m', every: '10s', holdFor: '2m', probe: async () => ({ healthy: true, evidence: {} }) },
});

const written = async (...lines: readonly string[]) =>
  (await rulebookOf(rule('x', 'alertname="x"', ...lines))).get('x');

test('a remediation is judged as its author says', async () => {
  const asAuthor = { within: 300_000, every: 10_000, holdFor: 120_000 };
  expect(timingOf(mend, await written())).toEqual(asAuthor);
  expect(timingOf(mend, undefined)).toEqual(asAuthor);
});

test('the rule has the last word on what it says, and only on that', async () => {
  const rule = await written('verify: { hold: 10m, every: 30s }');
  expect(timingOf(mend, rule)).toEqual({ within: 300_000, every: 30_000, holdFor: 600_000 });
});

test('nothing is waited for where the remediation is gone', async () => {
  expect(timingOf(undefined, await written('verify: { within: 1h }'))).toMatchObject({ within: 0, holdFor: 0 });
});
