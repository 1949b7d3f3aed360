import { configJsonSchema } from '../../../src/config/json-schema.ts';

interface Schema {
  readonly type?: string;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
}

/** What stands in the column of defaults: the value as YAML writes it, `required`, or `—` for a key that may be left out. */
export function configKeys(): ReadonlyMap<string, string> {
  const keys = new Map<string, string>();
  walk(configJsonSchema() as Schema, '', false);
  return keys;

  function walk(schema: Schema, path: string, required: boolean): void {
    const branches = (schema.anyOf ?? schema.oneOf ?? [schema]).flatMap((one) => one.anyOf ?? one.oneOf ?? [one]);
    const maps = branches.filter((one) => one.properties !== undefined && !isReference(one));
    for (const map of maps) {
      for (const [name, inner] of Object.entries(map.properties ?? {})) {
        walk(inner, path === '' ? name : `${path}.${name}`, map.required?.includes(name) === true);
      }
    }
    const [only] = branches;
    if (maps.length > 0) return;
    if (only?.type === 'array' && isMap(only.items)) walk(only.items ?? {}, `${path}[]`, false);
    else if (only?.type === 'object' && isMap(only.additionalProperties)) {
      walk(only.additionalProperties as Schema, `${path}.<name>`, false);
    } else keys.set(path, required ? 'required' : say(schema.default));
  }
}

function isReference({ properties = {} }: Schema): boolean {
  const names = Object.keys(properties);
  return names.length === 1 && (names[0] === 'env' || names[0] === 'file');
}

function isMap(schema: Schema | boolean | undefined): boolean {
  return typeof schema === 'object' && (schema.properties !== undefined || isMap(schema.additionalProperties));
}

function say(value: unknown): string {
  if (value === undefined) return '—';
  if (Array.isArray(value)) return `[${value.map(say).join(', ')}]`;
  if (typeof value === 'object') return JSON.stringify(value);
  return String(value);
}
