import { expect, test } from 'vitest';
import { GUARDS } from '../../../src/decide/guards/ask-all.ts';
import { REASONS } from '../../../src/domain/reason.ts';
import { rulesJsonSchema } from '../../../src/rules/json-schema.ts';
import { configKeys } from './config-keys.ts';
import { tableRows, textOf } from './files.ts';

const page = await textOf('docs/guards.md');
const rows = tableRows(page, 'guard');

test('every guardrail is listed in the order in which it is asked, and has its section', () => {
  const names = GUARDS.map(({ name }) => name);
  expect(rows.map(([name]) => name).filter((name) => name !== '')).toEqual(names);
  expect([...page.matchAll(/^## (.+)$/gm)].map(([, name]) => name)).toEqual(names);
});

test('every key of a guardrail is listed with its default, and no other', () => {
  const listed = rows.filter(([, key]) => key !== '').map(([, key, value]) => `${key} = ${value}`);
  const ofRules = Object.entries(guardsOfRules()).map(([key, value]) => `${key} = ${value}`);
  const ofConfig = [...configKeys()]
    .filter(([key]) => key.startsWith('guards.'))
    .map(([key, value]) => `${key} = ${value}`);
  expect([...new Set(listed)].toSorted()).toEqual([...ofRules, ...ofConfig, 'maintenance = []'].toSorted());
});

test('every guardrail is listed with the reasons that it gives, and no other', async () => {
  const listed = rows.filter(([name]) => name !== '').map(([name, , , reasons = '']) => [name, reasons]);
  const own = await Promise.all(
    GUARDS.map(async ({ name }) => {
      const text = await textOf(`src/decide/guards/${name}.ts`);
      const reasons = [...text.matchAll(/\bno\(\s*'([a-z-]+)'/g)].map(([, reason = '']) => reason);
      expect(reasons.filter((reason) => !(reason in REASONS))).toEqual([]);
      return [name, [...new Set(reasons)].join(' ')];
    }),
  );
  expect(listed).toEqual(own);
});

interface Schema {
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
}

/** The keys under `guards` of a rule, with their defaults as YAML writes them. */
function guardsOfRules(): Record<string, string> {
  const rules = (rulesJsonSchema() as Schema).properties?.rules?.items?.properties ?? {};
  const keys = rules.guards?.properties ?? {};
  return Object.fromEntries(Object.entries(keys).map(([key, schema]) => [key, written(schema.default)]));
}

function written(value: unknown): string {
  if (value === undefined) return '—';
  if (Array.isArray(value)) return `[${value.map(written).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  return `{ ${Object.entries(value)
    .map(([key, inner]) => `${key}: ${written(inner)}`)
    .join(', ')} }`;
}
