import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type PostgresServer, startPostgres } from '../../support/services/postgres.ts';
import { type OpenToolbox, openToolbox } from '../../support/toolbox.ts';

let server: PostgresServer;
let url: string;
let direct: pg.Client;
let box: OpenToolbox;

beforeAll(async () => {
  server = await startPostgres();
  url = await server.createDatabase();
  direct = new pg.Client({ connectionString: url });
  direct.on('error', () => undefined);
  await direct.connect();
});
afterAll(async () => {
  await direct.end();
  await server.stop();
});
beforeEach(async () => {
  await direct.query(
    'DROP TABLE IF EXISTS phones; CREATE TABLE phones (id text PRIMARY KEY, status text, at timestamptz)',
  );
  await direct.query(
    "INSERT INTO phones SELECT 'phone_' || n, 'ACTIVE', '2026-01-18T10:00:00Z' FROM generate_series(1, 5) n",
  );
  box = openToolbox({ postgres: { url, statement_timeout: '1s' } });
});
afterEach(() => box[Symbol.asyncDispose]());

const statuses = async () => (await direct.query('SELECT status FROM phones')).rows.map((row) => row.status);

describe('reading', () => {
  test('gives rows as JSON, with bound parameters', async () => {
    const rows = await box.tools.postgres.query(
      `SELECT id, at, count(*) OVER () AS n, 1.50::numeric AS exact, ARRAY[1, 2] AS list, '{"a": [1]}'::jsonb AS json,
              NULL::text AS nothing, '\\x00ff'::bytea AS bytes
       FROM phones WHERE id = ANY ($1) AND status = $2 ORDER BY id`,
      [['phone_1', 'phone_2'], 'ACTIVE'],
    );
    expect(rows).toHaveLength(2);
    expect(rows[0]).toEqual({
      id: 'phone_1',
      at: '2026-01-18T10:00:00.000Z',
      n: 2,
      exact: '1.50',
      list: [1, 2],
      json: { a: [1] },
      nothing: null,
      bytes: '(2 bytes)',
    });
  });

  test('takes a label for data, whatever it holds', async () => {
    const label = "x'; DROP TABLE phones; --";
    expect(await box.tools.postgres.query('SELECT $1::text AS label', [label])).toEqual([{ label }]);
    expect(await statuses()).toHaveLength(5);
  });

  test.each([
    ['a change', "UPDATE phones SET status = 'BANNED'"],
    ['a change inside a query', "WITH x AS (UPDATE phones SET status = 'BANNED' RETURNING 1) SELECT * FROM x"],
    ['a second statement', "SELECT 1; UPDATE phones SET status = 'BANNED'"],
    ['leaving the transaction', "SELECT 1; COMMIT; UPDATE phones SET status = 'BANNED'"],
  ])('refuses %s', async (_, sql) => {
    await expect(box.tools.postgres.query(sql)).rejects.toThrow(/^postgres: query: /);
    expect(new Set(await statuses())).toEqual(new Set(['ACTIVE']));
  });

  test('more rows than the limit are an error, not a cut', async () => {
    expect(await box.tools.postgres.query('SELECT * FROM phones', [], { limit: 5 })).toHaveLength(5);
    await expect(box.tools.postgres.query('SELECT * FROM phones', [], { limit: 4 })).rejects.toThrow(
      'more than 4 rows',
    );
    await expect(box.tools.postgres.query('SELECT 1', [], { limit: 0 })).rejects.toThrow('a limit of 0');
    await expect(box.tools.postgres.query("SELECT repeat('x', 1000000) FROM generate_series(1, 20)")).rejects.toThrow(
      'larger than',
    );
  });

  test('a slow statement is ended by the server', async () => {
    await expect(box.tools.postgres.query('SELECT pg_sleep(30)')).rejects.toThrow('statement timeout');
  });
});

describe('changing', () => {
  test('counts and returns what it changed', async () => {
    const result = await box.tools.postgres.execute(
      "UPDATE phones SET status = 'OFFLINE' WHERE id = $1 RETURNING id",
      ['phone_1'],
      { maxRows: 1 },
    );
    expect(result).toEqual({ rowCount: 1, rows: [{ id: 'phone_1' }] });
    expect((await statuses()).toSorted()).toEqual(['ACTIVE', 'ACTIVE', 'ACTIVE', 'ACTIVE', 'OFFLINE']);
  });

  test('changes nothing where it would change more than it may', async () => {
    const change = box.tools.postgres.execute("UPDATE phones SET status = 'BANNED'", [], { maxRows: 4 });
    await expect(change).rejects.toThrow('would change 5 rows, more than 4; nothing was changed');
    expect(new Set(await statuses())).toEqual(new Set(['ACTIVE']));
  });

  test('takes one statement only', async () => {
    const change = box.tools.postgres.execute('DELETE FROM phones; SELECT 1', [], { maxRows: 100 });
    await expect(change).rejects.toThrow('multiple commands');
    expect(await statuses()).toHaveLength(5);
  });

  test('takes objects for JSON', async () => {
    const { rows } = await box.tools.postgres.execute('SELECT $1::jsonb AS given', [{ a: [1, 'x'] }], { maxRows: 1 });
    expect(rows).toEqual([{ given: { a: [1, 'x'] } }]);
  });

  test('a step that is cut off leaves nothing running and nothing changed', async () => {
    const change = box.tools.postgres.execute(
      "WITH slow AS (SELECT pg_sleep(0.9)) UPDATE phones SET status = 'BANNED' FROM slow",
      [],
      { maxRows: 10 },
    );
    const running = () =>
      direct.query("SELECT pid FROM pg_stat_activity WHERE application_name = 'remedyd-tools' AND state = 'active'");
    await expect.poll(async () => (await running()).rowCount, { interval: 20 }).toBe(1);
    const reason = new Error('the lease was lost');
    box.abort(reason);
    await expect(change).rejects.toBe(reason);
    await expect.poll(async () => (await running()).rowCount, { interval: 20 }).toBe(0);
    expect(new Set(await statuses())).toEqual(new Set(['ACTIVE']));
  });
});

test('the connection says who it is, and goes when the toolbox is closed', async () => {
  const own = openToolbox({ postgres: { url } });
  expect(await own.tools.postgres.query("SELECT current_setting('application_name') AS name")).toEqual([
    { name: 'remedyd-tools' },
  ]);
  await own.toolbox.close();
  await expect
    .poll(
      async () =>
        (await direct.query("SELECT 1 FROM pg_stat_activity WHERE application_name = 'remedyd-tools'")).rowCount,
    )
    .toBe(0);
});

test('a broken connection is replaced', async () => {
  await box.tools.postgres.query('SELECT 1');
  await direct.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'remedyd-tools'");
  await expect.poll(() => box.tools.postgres.query('SELECT 1 AS one').catch(() => null)).toEqual([{ one: 1 }]);
});

test('nobody there: says so, without the password', async () => {
  await using nowhere = openToolbox({ postgres: { url: 'postgres://cerniq:hunter2hunter2@127.0.0.1:9/x' } });
  const failure = await nowhere.tools.postgres.query('SELECT 1').catch((error: Error) => error.message);
  expect(failure).toContain('ECONNREFUSED');
  expect(JSON.stringify([failure, nowhere.calls])).not.toContain('hunter2');
});
