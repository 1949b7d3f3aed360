import { configSchema } from '../../../src/config/schema.ts';
import { settingsOf } from '../../../src/engine/settings.ts';
import { loadRemediations } from '../../../src/remediation/registry.ts';
import type { SideParts } from '../../../src/replay/side.ts';
import { compileRule } from '../../../src/rules/compile.ts';
import { createRulebook } from '../../../src/rules/rulebook.ts';
import { ruleSchema } from '../../../src/rules/schema.ts';

const remediations = await loadRemediations('test/fixtures/toy/remediations');

/** The one rule of the toy as it is written, otherwise where `more` says so. */
export const toyRule = (more: object = {}) => ({
  name: 'thing-broken',
  description: 'A thing broke.',
  when: { match: ['alertname="thing:broken"'] },
  severity: 'high',
  mode: 'auto',
  do: [{ remediation: 'things/mend', with: { thing: { label: 'thing' } } }],
  guards: { cooldown: '0s', concurrency: 2 },
  escalate: { policy: 'oncall', after: '15m' },
  ...more,
});

/** One side of a replay, with that rule alone. */
export function toySide(more: object = {}): SideParts {
  const written = ruleSchema.parse(toyRule(more));
  const rule = compileRule(written, JSON.stringify(more), { file: 'things.yaml', line: 1, column: 1 });
  return { rulebook: createRulebook([rule]), remediations, settings: settingsOf(configSchema.parse({})) };
}
