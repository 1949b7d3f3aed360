import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { configSchema } from '../../../src/config/schema.ts';
import { Secret } from '../../../src/config/secret.ts';
import { configKeys } from './config-keys.ts';
import { codeBlock, tableRows, textOf } from './files.ts';

const page = await textOf('docs/configuration.md');

test('every key of the config is explained with its default, and no other', () => {
  const listed = tableRows(page, 'key').map(([key, value]) => `${key} = ${value}`);
  expect(listed.toSorted()).toEqual([...configKeys()].map(([key, value]) => `${key} = ${value}`).toSorted());
});

test('every key has a meaning', () => {
  expect(tableRows(page, 'key').filter(([, , meaning = '']) => meaning.length < 5)).toEqual([]);
});

test('the environment that is listed is the one that is read', async () => {
  const read = [...(await textOf('src/config/load.ts')).matchAll(/(?:read|address)\('([A-Z_]+)'\)/g)];
  const listed = tableRows(page, 'variable').map(([name]) => name);
  expect(listed.toSorted()).toEqual([...new Set([...read.map(([, name]) => name), 'PORT'])].toSorted());
});

test('the small config is one', () => {
  const written = codeBlock(page, '## A small config', 'yaml').replaceAll(/\{ env: (\w+) \}/g, '"$1"');
  const config = JSON.parse(JSON.stringify(parse(written)), (_key, value: unknown) =>
    typeof value === 'string' && /^[A-Z_]{5,}$/.test(value) ? new Secret('x', value) : value,
  ) as unknown;
  expect(configSchema.safeParse(config).error?.issues).toBeUndefined();
});
