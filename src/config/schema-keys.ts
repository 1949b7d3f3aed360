import type { z } from 'zod';

/** The keys that a schema knows at a path, for the suggestion beside an unknown one. Empty where it cannot be told. */
export function knownKeys(schema: z.ZodType, path: readonly PropertyKey[]): readonly string[] {
  let schemas: readonly Def[] = unwrap(schema);
  for (const step of path) schemas = schemas.flatMap((def) => descend(def, step)).flatMap(unwrap);
  return [...new Set(schemas.flatMap(keysOf))];
}

function keysOf(def: Def): readonly string[] {
  if (def.type === 'object') return Object.keys(def.shape);
  if (def.type !== 'record') return [];
  const keys = def.keyType._zod.def as unknown as { readonly entries?: Readonly<Record<string, string>> };
  return Object.values(keys.entries ?? {});
}

type Def =
  | { readonly type: 'object'; readonly shape: Readonly<Record<string, z.ZodType>> }
  | { readonly type: 'array'; readonly element: z.ZodType }
  | { readonly type: 'record'; readonly keyType: z.ZodType; readonly valueType: z.ZodType }
  | { readonly type: 'leaf' };

/** Looks through everything that only wraps a schema, and at every branch of a union. */
function unwrap(schema: z.ZodType): readonly Def[] {
  const def = schema._zod.def as unknown as Readonly<Record<string, unknown>> & { readonly type: string };
  switch (def.type) {
    case 'object':
    case 'array':
    case 'record':
      return [def as unknown as Def];
    case 'union':
      return (def.options as readonly z.ZodType[]).flatMap(unwrap);
    case 'pipe':
      return unwrap(def.in as z.ZodType);
    case 'optional':
    case 'nullable':
    case 'default':
    case 'prefault':
    case 'readonly':
    case 'nonoptional':
    case 'catch':
      return unwrap(def.innerType as z.ZodType);
    default:
      return [{ type: 'leaf' }];
  }
}

function descend(def: Def, step: PropertyKey): readonly z.ZodType[] {
  switch (def.type) {
    case 'object': {
      const next = Object.hasOwn(def.shape, step) ? def.shape[String(step)] : undefined;
      return next === undefined ? [] : [next];
    }
    case 'array':
      return typeof step === 'number' ? [def.element] : [];
    case 'record':
      return [def.valueType];
    case 'leaf':
      return [];
  }
}
