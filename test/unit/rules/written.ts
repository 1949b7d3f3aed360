import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { formatFaults } from '../../../src/config/faults.ts';
import type { Alert } from '../../../src/domain/alert.ts';
import { loadRulebook } from '../../../src/rules/load.ts';
import type { Rulebook } from '../../../src/rules/rulebook.ts';
import { fakeRemediations } from './registry.ts';

export const remediations = fakeRemediations();

/** Names of the time intervals that the config has. */
export const WINDOWS = ['office-hours', 'nights'];

/** A folder that is gone after the test. */
export async function folder(files: Readonly<Record<string, string | Uint8Array>> = {}): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'rules-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) await writeFile(join(path, name), content);
  return path;
}

/** The rulebook of one file that holds these rules. */
export async function rulebookOf(...rules: readonly string[]): Promise<Rulebook> {
  const list = rules.map((rule) => `  - ${rule.trim().replaceAll('\n', '\n    ')}`).join('\n');
  const loaded = await loadRulebook(await folder({ 'rules.yaml': `rules:\n${list}\n` }), remediations, WINDOWS);
  if ('faults' in loaded) throw new Error(formatFaults(loaded.faults));
  return loaded.rulebook;
}

/** A rule that only tells people, with these lines in addition. */
export function rule(name: string, match: string, ...more: readonly string[]): string {
  return [
    `name: ${name}`,
    'description: For a test.',
    `when: { match: ['${match}'] }`,
    'escalate: { policy: oncall, after: 15m }',
    ...more,
  ].join('\n');
}

export function alert(name: string, labels: Readonly<Record<string, string>> = {}, more: Partial<Alert> = {}): Alert {
  return {
    source: 'alertmanager',
    fingerprint: 'f00d',
    status: 'firing',
    name,
    labels,
    annotations: {},
    severity: null,
    startsAt: null,
    endsAt: null,
    generatorUrl: null,
    test: null,
    note: null,
    ...more,
  };
}
