import { expect, test } from 'vitest';
import { rulesJsonSchema } from '../../../src/rules/json-schema.ts';

test('the schema for editors is the one that the loader uses', async () => {
  await expect(`${JSON.stringify(rulesJsonSchema(), null, 2)}\n`).toMatchFileSnapshot(
    '../../../config/rules.schema.json',
  );
});
