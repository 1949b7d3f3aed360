import { z } from 'zod';
import { rulesFileSchema } from './schema.ts';

/**
 * The JSON Schema of a rule file, for editors: it completes keys and marks mistakes while a person types. What only the
 * loader can know (matchers, durations, remediations) it takes as text.
 */
export function rulesJsonSchema(): Readonly<Record<string, unknown>> {
  const schema = z.toJSONSchema(rulesFileSchema, { io: 'input', target: 'draft-07' });
  return { title: 'Rules of remedyd', ...schema };
}
