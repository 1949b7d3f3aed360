import { afterAll, beforeAll, expect, test } from 'vitest';
import { openStore, type Store } from './store.ts';

let store: Store;

beforeAll(async () => {
  store = await openStore();
});
afterAll(() => store[Symbol.asyncDispose]());

const refused = (code: string) => `do $$ begin raise exception 'refused' using errcode = '${code}'; end $$`;

test('is tried again for what went wrong first, even where a later statement is heard of before it', async () => {
  let tries = 0;
  const answer = await store.db.transaction(async (sql) => {
    tries += 1;
    const first = sql.query(tries === 1 ? refused('40001') : 'select 1');
    first.catch(() => undefined);
    // It travels with the first one, and only says that the transaction is over.
    const rows = await sql.query<{ answer: number }>('select 42 as answer');
    await first;
    return rows[0]?.answer;
  });
  expect([tries, answer]).toEqual([2, 42]);
});

test('is not tried again for what will go wrong again, and says what that was', async () => {
  let tries = 0;
  const work = store.db.transaction(async (sql) => {
    tries += 1;
    sql.query(refused('22000')).catch(() => undefined);
    await sql.query('select 1');
  });
  await expect(work).rejects.toMatchObject({ code: '22000', message: 'refused' });
  expect(tries).toBe(1);
});

test('a snapshot reads everything as it stood at one moment, and changes nothing', async () => {
  await store.db.run('create table seen (n integer)');
  const seen = await store.db.snapshot(async (sql) => {
    const count = async () => (await sql.query<{ n: number }>('select count(*)::int as n from seen'))[0]?.n;
    const before = await count();
    await store.db.run('insert into seen values (1)');
    return [before, await count()];
  });
  expect(seen).toEqual([0, 0]);
  await expect(store.db.snapshot((sql) => sql.run('insert into seen values (2)'))).rejects.toMatchObject({
    code: '25006',
  });
});
