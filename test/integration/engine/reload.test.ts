import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Engine, FREE, MEND, rule, startEngine } from './engine.ts';

let engine: Engine;

beforeAll(async () => {
  engine = await startEngine({ rules: `rules:\n${rule('plain', 'thing:broken', MEND, FREE)}`, alone: true });
});
afterAll(() => engine[Symbol.asyncDispose]());

const write = async (text: string) => {
  const file = join(engine.rulesFolder, 'rules.yaml');
  await writeFile(`${file}.new`, text);
  await rename(`${file}.new`, file);
};

const gauge = async () => {
  const text = await (await fetch(`${engine.daemon.address}/metrics`)).text();
  return /^remedyd_rules_loaded_ok (\d)$/m.exec(text)?.[1];
};

const rules = async () =>
  (await engine.daemon.get<{ items: { name: string }[] }>('/api/rules')).items.map(({ name }) => name);

test('a faulty set keeps the old one in force and says so; a sound one takes its place, without a restart', async () => {
  const { daemon } = engine;
  await write('rules:\n  - name: Broken Name\n');
  await daemon.reloadRules();
  expect([await rules(), await gauge()]).toEqual([['plain'], '0']);
  const ready = await fetch(`${daemon.address}/readyz`);
  expect([ready.status, ((await ready.json()) as { failing: string[] }).failing]).toEqual([200, ['rules', 'people']]);
  await daemon.event({ name: 'thing:broken', status: 'firing', severity: 'HIGH', labels: { thing: 'old' } });
  await daemon.untilState('thing:old', ['verifying']);

  await write(`rules:\n${rule('newer', 'thing:broken', MEND, FREE)}`);
  await daemon.reloadRules();
  expect([await rules(), await gauge()]).toEqual([['newer'], '1']);
  await daemon.event({ name: 'thing:broken', status: 'firing', severity: 'HIGH', labels: { thing: 'new' } });
  expect(await daemon.untilState('thing:new', ['verifying'])).toMatchObject({ rule: 'newer' });
});

test('a rule that is taken away leaves its open incidents to the policy, and its runs to the end', async () => {
  const { daemon } = engine;
  await daemon.event({ name: 'thing:broken', status: 'firing', severity: 'HIGH', labels: { thing: 'half' } });
  await daemon.untilState('thing:half', ['verifying']);
  await write('rules: []\n');
  await daemon.reloadRules();
  await daemon.event({ name: 'thing:broken', status: 'resolved', labels: { thing: 'half' } });
  await daemon.untilState('thing:half', ['healed']);
});
