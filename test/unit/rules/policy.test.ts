import { expect, test } from 'vitest';
import { loadRulebook } from '../../../src/rules/load.ts';
import { folder, remediations, rule, WINDOWS } from './written.ts';

test('finds a policy that the config does not have, and means the one that it has', async () => {
  const text = rule('x', 'alertname="x"').replaceAll('\n', '\n    ');
  const own = text.replace('policy: oncall', 'policy: onkall');
  const path = await folder({ 'a.yaml': `rules:\n  - ${own}\n` });
  expect(await loadRulebook(path, remediations, WINDOWS, ['oncall'])).toMatchObject({
    faults: [
      {
        message: "there is no escalation policy 'onkall'",
        fix: expect.stringContaining('oncall'),
        line: expect.any(Number),
      },
    ],
  });
  expect(await loadRulebook(path, remediations, WINDOWS, ['onkall'])).toHaveProperty('rulebook');
  expect(await loadRulebook(path, remediations, WINDOWS, null)).toHaveProperty('rulebook');
});
