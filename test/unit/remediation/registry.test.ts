import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { checkNeeds, checkSettings, loadRemediations, RemediationFaults } from '../../../src/remediation/registry.ts';
import { temporaryFolder } from '../../support/services/folder.ts';

const ENGINE = fileURLToPath(new URL('../../../src/remediation/index.ts', import.meta.url));

const cleanUps: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

async function folder(files: Readonly<Record<string, string>>): Promise<string> {
  const { path, remove } = await temporaryFolder('remediations');
  cleanUps.push(remove);
  for (const [file, text] of Object.entries(files)) {
    await mkdir(dirname(join(path, file)), { recursive: true });
    await writeFile(join(path, file), text);
  }
  return path;
}

function remediation({ params = 'z.strictObject({})', needs = '[]', settings = 'undefined', steps = '[step]' } = {}) {
  return `
    import { defineRemediation, z } from ${JSON.stringify(ENGINE)};
    const step = { name: 'look', effect: 'reads', repeat: 'safe', timeout: '5s', run: async () => null };
    export default defineRemediation({
      summary: 'Looks.', risk: 'low', params: ${params}, needs: ${needs}, target: () => ({ kind: 'x', id: 'y' }),
      settings: ${settings}, steps: ${steps},
      verify: { within: '1m', every: '5s', holdFor: '1m', probe: async () => ({ healthy: true, evidence: {} }) },
    });`;
}

test('names remediations by their path, and leaves alone what they share', async () => {
  const path = await folder({
    'phones/reconnect.ts': remediation(),
    'queues/unblock.ts': remediation(),
    'queues/unblock.test.ts': 'throw new Error("a test is not loaded")',
    'queues/_draft.ts': 'throw new Error("a draft is not loaded")',
    'queues/parts/depth.ts': 'throw new Error("a part is not loaded")',
    'settings.ts': 'throw new Error("what all share is not loaded")',
    'queues/README.md': '',
  });
  const registry = await loadRemediations(path);
  expect([...registry.keys()]).toEqual(['phones/reconnect', 'queues/unblock']);
  expect(registry.get('phones/reconnect')).toMatchObject({ name: 'phones/reconnect', summary: 'Looks.', risk: 'low' });
});

test('tells all faults at once, each with its file, its reason and what to do', async () => {
  const path = await folder({
    'a/good.ts': remediation(),
    'a/throws.ts': 'throw new Error("no such thing");',
    'b/nothing.ts': 'export const x = 1;',
    'b/plain-object.ts': 'export default { summary: "looks like one", steps: [] };',
    'c/loose.ts': remediation({ params: 'z.object({})' }),
    'c/no-steps.ts': remediation({ steps: '[]' }),
    'c/twins.ts': remediation({ steps: '[step, step]' }),
    'c/Bad_Name.ts': remediation(),
    'd/syntax.ts': 'export default {',
  });
  const failure = await loadRemediations(path).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(RemediationFaults);
  const { faults, message } = failure as RemediationFaults;
  expect(faults.map(({ where, message: said }) => [where.slice(path.length + 1), said])).toEqual([
    ['a/throws.ts', 'it does not load: no such thing'],
    ['b/nothing.ts', 'its default export is no remediation'],
    ['b/plain-object.ts', 'its default export is no remediation'],
    ['c/Bad_Name.ts', "'c/Bad_Name' is no name of a remediation"],
    ['c/loose.ts', expect.stringContaining('z.strictObject')],
    ['c/no-steps.ts', expect.stringContaining('at least one step')],
    ['c/twins.ts', expect.stringContaining("Two steps are named 'look'")],
    ['d/syntax.ts', expect.stringContaining('it does not load')],
  ]);
  for (const { where } of faults) expect(message).toContain(`${where}: `);
  expect(faults.every(({ fix }) => fix !== '')).toBe(true);
});

test('a tool that the config does not have is a fault before the first night', async () => {
  const path = await folder({ 'a/needy.ts': remediation({ needs: "['cerniq', 'redis']" }) });
  const registry = await loadRemediations(path);
  expect(checkNeeds(registry, ['cerniq', 'redis', 'bullmq'])).toEqual([]);
  expect(checkNeeds(registry, ['cernik'])).toEqual([
    {
      where: 'a/needy',
      message: "it needs the tool 'cerniq', which the config does not have",
      fix: "add 'cerniq' under tools, or name it as the config's 'cernik'",
    },
    {
      where: 'a/needy',
      message: "it needs the tool 'redis', which the config does not have",
      fix: "add 'redis' under tools, or remove the remediation",
    },
  ]);
});

test('settings that a remediation could not read are a fault too', async () => {
  const settings = 'z.object({ phones: z.object({ most: z.int() }) })';
  const registry = await loadRemediations(await folder({ 'a/one.ts': remediation({ settings }) }));
  expect(checkSettings(registry, { phones: { most: 3 } })).toEqual([]);
  expect(checkSettings(registry, { phones: { most: 'three' } })).toEqual([
    { where: 'settings.phones.most', message: expect.any(String), fix: 'correct it in the config; a/one reads it' },
  ]);
});
