import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { formatFaults } from '../../../src/config/faults.ts';
import { configSchema } from '../../../src/config/schema.ts';
import { settingsOf } from '../../../src/engine/settings.ts';
import { loadRemediations } from '../../../src/remediation/registry.ts';
import { loadRulebook } from '../../../src/rules/load.ts';
import { type Ran, runAll } from '../../../src/ruletest/run-all.ts';

export const settings = settingsOf(configSchema.parse({}));

export const remediations = await loadRemediations('test/fixtures/toy/remediations');

/** A rule of its own on the toy's remediation, with whatever the test wants of it. */
export function rule(more = ''): string {
  return `rules:
  - name: thing
    description: A thing is broken.
    when: { match: ['alertname="ThingBroken"'] }
    severity: high
    mode: auto
    do: [{ remediation: things/mend, with: { thing: { label: thing } } }]
    escalate: { policy: oncall, after: 15m }
${more}`;
}

/** What comes of this rule under this file of tests, and what its faults say without the folder. */
export async function runToy(
  rules: string,
  tests: string,
  filter: string | null = null,
): Promise<Ran & { readonly said: readonly string[] }> {
  const folder = await mkdtemp(join(tmpdir(), 'rules-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, 'things.yaml'), rules);
  await writeFile(join(folder, 'things.test.yaml'), tests);
  const loaded = await loadRulebook(folder, remediations, []);
  if ('faults' in loaded) throw new Error(formatFaults(loaded.faults));
  const ran = await runAll(folder, { rulebook: loaded.rulebook, remediations, settings }, filter);
  const text = formatFaults([...ran.faults, ...ran.results.flatMap(({ missed }) => missed.map(({ at }) => at))]);
  return {
    ...ran,
    said: text
      .replaceAll(`${folder}/`, '')
      .split('\n')
      .filter((line) => line !== ''),
  };
}
