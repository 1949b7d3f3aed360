import { expect, inject, test } from 'vitest';
import { systemClock } from '../../../src/domain/time.ts';
import { openDb } from '../../../src/store/db.ts';
import { migrate } from '../../../src/store/migrate.ts';
import { createDatabase } from '../../support/services/postgres.ts';

test('replicas that start together bring the schema up to date once', async () => {
  const url = await createDatabase(inject('postgresUrl'));
  const dbs = Array.from({ length: 6 }, (_, i) => openDb({ url, connections: 2, applicationName: `r${i}` }));
  const applied = await Promise.all(dbs.map((db) => migrate(db, systemClock)));
  const rows = await dbs[0]?.query<{ name: string }>('select name from remedyd.migrations order by name');
  expect(rows?.length).toBeGreaterThan(0);
  expect(applied.flat().sort()).toEqual(rows?.map(({ name }) => name));
  expect(await Promise.all(dbs.map((db) => migrate(db, systemClock)))).toEqual(dbs.map(() => []));
  await Promise.all(dbs.map((db) => db.close()));
});
