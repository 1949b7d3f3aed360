import { expect, test } from 'vitest';
import { textOf } from './files.ts';

const page = await textOf('docs/safety.md');
const sections = page.split(/^## /m).slice(1);

test('every promise has its section, in order', () => {
  const numbers = sections.map((section) => section.slice(0, section.indexOf(' ')));
  expect(numbers).toEqual(Array.from({ length: 15 }, (_, i) => `P${i + 1}`));
});

test('every promise names a test, and every test that is named exists', async () => {
  const missing: string[] = [];
  for (const section of sections) {
    const named = [...section.matchAll(/^- `([^`]+)` › (.+)$/gm)];
    expect(named.length, section.slice(0, 40)).toBeGreaterThan(0);
    for (const [, file = '', name = ''] of named) {
      const text = await textOf(file).catch(() => '');
      if (!text.includes(name)) missing.push(`${file} › ${name}`);
    }
  }
  expect(missing).toEqual([]);
});
