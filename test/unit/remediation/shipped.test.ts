import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { checkNeeds, checkSettings, loadRemediations } from '../../../src/remediation/registry.ts';
import { BUILT_IN_TOOLS } from '../../../src/remediation/tools.ts';

const registry = await loadRemediations(fileURLToPath(new URL('../../../remediations', import.meta.url)));

test('the folder loads', () => {
  expect([...registry.keys()]).toEqual(expect.arrayContaining(['phones/reconnect', 'queues/unblock']));
});

test('it needs nothing but the tools of the engine and the two APIs of the system that it heals', () => {
  expect(checkNeeds(registry, [...BUILT_IN_TOOLS, 'cerniq', 'timelinesai'])).toEqual([]);
});

test('it does without any settings', () => {
  expect(checkSettings(registry, {})).toEqual([]);
  expect(checkSettings(registry, { qeues: {} })).toHaveLength(1);
});

test.each([...registry.values()].map((one) => [one.name, one] as const))(
  '%s says what it does and whom it touches',
  (name, one) => {
    expect(one.name).toBe(name);
    expect(one.summary).toMatch(/^[A-Z].*\.$/);
    expect(one.steps[0]?.effect).toBe('reads');
    // Editors get the parameters of each remediation from here.
    expect(z.toJSONSchema(one.params, { io: 'input' })).toMatchObject({ type: 'object', additionalProperties: false });
  },
);

test.each(
  [...registry.values()].flatMap((one) => one.steps.map((step) => [`${one.name} ${step.name}`, step] as const)),
)('the step %s that changes something says so, and how to tell whether it did', (_, step) => {
  expect(['safe', 'ask', 'never']).toContain(step.repeat);
  if (step.effect === 'reads') expect(step.undo).toBeUndefined();
});
