import { expect, test } from 'vitest';
import { configJsonSchema } from '../../../src/config/json-schema.ts';

test('the schema for editors is the one that the loader uses', async () => {
  await expect(`${JSON.stringify(configJsonSchema(), null, 2)}\n`).toMatchFileSnapshot(
    '../../../config/remedyd.schema.json',
  );
});
