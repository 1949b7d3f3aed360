import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Clock } from '../../../src/domain/time.ts';
import { loadRulebook } from '../../../src/rules/load.ts';
import { watchRules } from '../../../src/rules/reload.ts';
import { folder, remediations, rule, WINDOWS } from './written.ts';

const rules = (name: string): string => `rules:\n  - ${rule(name, 'alertname="x"').replaceAll('\n', '\n    ')}\n`;

/** A clock that a test moves from one look at the folder to the next. */
function lookingClock() {
  let wake: () => void = () => {};
  let asleep = Promise.withResolvers<void>();
  const clock: Clock = {
    now: () => 0,
    sleep: (_, signal) =>
      new Promise((resolve, reject) => {
        wake = resolve;
        signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
        asleep.resolve();
      }),
  };
  /** One look: it is over when the watch sleeps again. */
  async function look(): Promise<void> {
    await asleep.promise;
    asleep = Promise.withResolvers();
    wake();
    await asleep.promise;
  }
  return { clock, look };
}

async function watched() {
  const path = await folder({ 'a.yaml': rules('first') });
  const { clock, look } = lookingClock();
  const seen: string[] = [];
  const watch = await watchRules({
    folder: path,
    load: () => loadRulebook(path, remediations, WINDOWS),
    clock,
    onLoad: (rulebook) => seen.push(rulebook.rules.map(({ name }) => name).join(' ')),
    onFault: ([fault]) => seen.push(`fault: ${fault?.message}`),
  });
  onTestFinished(() => watch.close());
  const write = (name: string, content: string): Promise<void> => writeFile(join(path, name), content);
  return { write, look, seen, watch };
}

test('reads the rules again once a change is over, and tells of a fault only once', async () => {
  const { write, look, seen } = await watched();
  await look();
  expect(seen).toEqual([]);
  await write('a.yaml', rules('second'));
  await look();
  expect(seen).toEqual([]);
  await look();
  expect(seen).toEqual(['second']);
  await write('a.yaml', 'rules: none');
  await look();
  await look();
  await look();
  expect(seen).toEqual(['second', 'fault: rules is no list']);
  await write('a.yaml', rules('third'));
  await look();
  await look();
  expect(seen.at(-1)).toBe('third');
});

test('waits while files are still being written', async () => {
  const { write, look, seen } = await watched();
  await write('b.yaml', 'rules: [');
  await look();
  await write('b.yaml', rules('another'));
  await look();
  expect(seen).toEqual([]);
  await look();
  expect(seen).toEqual(['another first']);
});

test('leaves other files alone', async () => {
  const { write, look, seen } = await watched();
  await write('.a.yaml.swp', 'x');
  await look();
  await look();
  expect(seen).toEqual([]);
});

test('reads the rules when it is told to', async () => {
  const { seen, watch } = await watched();
  await watch.reload();
  expect(seen).toEqual(['first']);
});

test('reports a reading that fails as a fault', async () => {
  const seen: string[] = [];
  const watch = await watchRules({
    folder: await folder(),
    load: () => Promise.reject(new Error('disk gone')),
    clock: lookingClock().clock,
    onLoad: () => seen.push('loaded'),
    onFault: ([fault]) => seen.push(fault?.message ?? ''),
  });
  await watch.reload();
  await watch.close();
  expect(seen).toEqual(['the rules cannot be read: disk gone']);
});
