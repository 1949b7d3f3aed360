import { z } from 'zod';
import { formatDuration } from '../domain/duration.ts';
import { configSchema } from './schema.ts';

/** How a secret is written. Everything custom in the config's schema is one. */
const REFERENCE = {
  description: 'Where a secret is: never the secret itself.',
  oneOf: [
    {
      type: 'object',
      properties: { env: { type: 'string', pattern: '^[A-Za-z_][A-Za-z0-9_]*$' } },
      required: ['env'],
      additionalProperties: false,
    },
    { type: 'object', properties: { file: { type: 'string' } }, required: ['file'], additionalProperties: false },
  ],
};

/**
 * The JSON Schema of the config, for editors: it completes keys and marks mistakes while a person types. Durations and
 * addresses it takes as text; only the loader reads them.
 */
export function configJsonSchema(): Readonly<Record<string, unknown>> {
  const schema = z.toJSONSchema(configSchema, {
    io: 'input',
    target: 'draft-07',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      const { def } = zodSchema._zod;
      if (def.type === 'custom') Object.assign(jsonSchema, REFERENCE);
      if (def.type === 'default') jsonSchema.default = written(def.defaultValue, jsonSchema.type);
      // Said by the type already, and no limit that anybody chose.
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
    },
  });
  return { title: 'Config of remedyd', ...schema };
}

/** A default as the file would say it: that of a duration stands in the code in milliseconds. */
function written(value: unknown, type: unknown): z.core.JSONSchema.JSONSchema['default'] {
  if (type !== 'string' || typeof value !== 'number') return value as z.core.JSONSchema.JSONSchema['default'];
  return formatDuration(value).replace('min', 'm').replaceAll(' ', '');
}
