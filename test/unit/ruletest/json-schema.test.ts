import { expect, test } from 'vitest';
import { ruleTestsJsonSchema } from '../../../src/ruletest/json-schema.ts';

test('the schema for editors is the one that the loader uses', async () => {
  await expect(`${JSON.stringify(ruleTestsJsonSchema(), null, 2)}\n`).toMatchFileSnapshot(
    '../../../config/rule-tests.schema.json',
  );
});
