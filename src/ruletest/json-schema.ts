import { z } from 'zod';
import { testsFileSchema } from './schema.ts';

/** The JSON Schema of a file of tests, for editors. Durations and times it takes as text. */
export function ruleTestsJsonSchema(): Readonly<Record<string, unknown>> {
  const schema = z.toJSONSchema(testsFileSchema, { io: 'input', target: 'draft-07' });
  return { title: 'Rule tests of remedyd', ...schema };
}
