import pg from 'pg';
import type { Sql } from './sql.ts';
import { storableText } from './storable.ts';

export interface Db extends Sql {
  /**
   * Runs `work` in one transaction on one connection. Serialisation failures, deadlocks and unique violations between
   * replicas are tried again from the start, so `work` must have no effect but its statements.
   */
  transaction<T>(work: (sql: Sql) => Promise<T>): Promise<T>;
  /** Reads everything as it stood at one moment: what several statements say of one thing fits together. */
  snapshot<T>(work: (sql: Sql) => Promise<T>): Promise<T>;
  /** A connection of its own, for LISTEN and session locks. */
  connect(applicationName: string): Promise<pg.Client>;
  close(): Promise<void>;
}

export interface DbOptions {
  readonly url: string;
  readonly connections: number;
  readonly applicationName: string;
  /** Connections stay open while nobody uses them, for work that must not wait for a new one. */
  readonly stay?: boolean;
  /** Called for connections that die while idle; the pool replaces them by itself. */
  readonly onError?: (error: Error) => void;
}

const INT8 = 20;
const TIMESTAMPTZ = 1184;
const RETRIED = ['40001', '40P01', '23505'];
const TRIES = 5;

/** Times come as milliseconds and counters as numbers; none of ours passes 2^53. */
const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') => {
    if (oid === TIMESTAMPTZ && format !== 'binary') return (text: string) => Date.parse(text);
    if (oid === INT8 && format !== 'binary') return Number;
    return pg.types.getTypeParser(oid, format as 'text');
  }) as pg.CustomTypesConfig['getTypeParser'],
};

/** Opens the pool; nothing connects yet. */
export function openDb(options: DbOptions): Db {
  const settings = {
    connectionString: options.url,
    application_name: options.applicationName,
    connectionTimeoutMillis: 3_000,
    // A statement that waits longer is in trouble, and whoever waits for it should hear so.
    statement_timeout: 15_000,
    idle_in_transaction_session_timeout: 30_000,
    keepAlive: true,
    // Statements that do not wait for each other travel together; they are still answered in their order.
    pipeline: true,
    types,
  };
  const idle = options.stay === true ? { idleTimeoutMillis: 0 } : {};
  const pool = new pg.Pool({ ...settings, ...idle, max: options.connections });
  pool.on('error', (error) => options.onError?.(error));
  // A plan that was cached while a table was empty reads the whole of it for as long as nobody analyses it: with every
  // thousand incidents each webhook would take a little longer. Planning costs less than that.
  pool.on('connect', (client) => {
    client.query('set plan_cache_mode = force_custom_plan').catch((error: Error) => options.onError?.(error));
  });

  return {
    ...sqlOn(pool),
    async transaction(work) {
      for (let tries = 1; ; tries += 1) {
        try {
          return await once(pool, 'begin', work);
        } catch (error) {
          if (tries === TRIES || !RETRIED.includes((error as { code?: string }).code ?? '')) throw error;
        }
      }
    },
    snapshot: (work) => once(pool, 'begin isolation level repeatable read, read only', work),
    async connect(applicationName) {
      const client = new pg.Client({ ...settings, application_name: applicationName, statement_timeout: 0 });
      client.on('error', (error) => options.onError?.(error));
      await client.connect();
      return client;
    },
    close: () => pool.end(),
  };
}

/** What Postgres answers to everything after the statement that failed. */
const ABORTED = '25P02';

async function once<T>(pool: pg.Pool, begin: string, work: (sql: Sql) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  let first: unknown;
  // A connection that dies between two statements emits an error; without a listener that would end the process.
  const onError = (error: Error) => {
    broken = error;
  };
  client.on('error', onError);
  try {
    // Not awaited: it travels with the first statement, which fails too where this one does.
    client.query(begin).catch(() => undefined);
    const result = await work(
      noting(sqlOn(client), (error) => {
        first ??= error;
      }),
    );
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback').catch((failure: Error) => {
      broken = failure;
    });
    // Statements travel together, so the work may hear of a later one first. Only the first says what went wrong, and whether
    // trying again helps.
    throw (error as { code?: string }).code === ABORTED ? (first ?? error) : error;
  } finally {
    client.off('error', onError);
    client.release(broken);
  }
}

/** The same, with every failure told. */
function noting(sql: Sql, tell: (error: unknown) => void): Sql {
  const told = <T>(answer: Promise<T>): Promise<T> => {
    answer.catch(tell);
    return answer;
  };
  return {
    query: (text, values, name) => told(sql.query(text, values, name)),
    run: (text, values, name) => told(sql.run(text, values, name)),
  };
}

/** Whatever comes from outside may hold characters that Postgres refuses. */
function clean(value: unknown): unknown {
  if (typeof value === 'string') return storableText(value);
  return Array.isArray(value) ? value.map((one) => (typeof one === 'string' ? storableText(one) : one)) : value;
}

function sqlOn(target: pg.Pool | pg.PoolClient): Sql {
  const send = (text: string, values: readonly unknown[] = [], name?: string) =>
    target.query({ text, values: values.map(clean), ...(name === undefined ? {} : { name }) });
  return {
    query: async (text, values, name) => (await send(text, values, name)).rows,
    run: async (text, values, name) => (await send(text, values, name)).rowCount ?? 0,
  };
}
