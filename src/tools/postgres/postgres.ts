import pg from 'pg';
import type { Json } from '../../domain/json.ts';
import type { Clock } from '../../domain/time.ts';
import type { PostgresTool, Row } from '../../remediation/tools.ts';
import { recordedCalls } from '../call.ts';
import type { PostgresConfig } from '../config.ts';
import type { Connected } from '../connected.ts';
import { ToolError, ToolRefusal } from '../error.ts';
import { readTypes, toRow } from './values.ts';

const DEFAULT_LIMIT = 1_000;
const MAX_LIMIT = 10_000;
const MAX_BYTES = 8_000_000;

interface Result {
  readonly rowCount: number;
  readonly rows: readonly Row[];
}

/** The managed system's database: one statement a call, bound parameters, a transaction of its own, limits. */
export function connectPostgres(config: PostgresConfig, clock: Clock): Connected<PostgresTool> {
  const password = decodeURIComponent(new URL(config.url).password);
  const timeout = config.statement_timeout;
  let pool: pg.Pool | null = null;

  const connect = (): pg.Pool => {
    const fresh = new pg.Pool({
      connectionString: config.url,
      application_name: 'remedyd-tools',
      max: 3,
      connectionTimeoutMillis: Math.min(timeout, 5_000),
      // When connections run out, the one that we hold is the one that can heal it.
      idleTimeoutMillis: 0,
      statement_timeout: timeout,
      lock_timeout: timeout,
      idle_in_transaction_session_timeout: timeout * 2,
      options: '-c TimeZone=UTC',
      types: readTypes,
    });
    // A broken connection fails the call that uses it and is replaced at the next. Without listeners, on the pool for idle
    // ones and on each for those in use, it would end the process as well.
    fresh.on('error', () => undefined);
    fresh.on('connect', (client) => client.on('error', () => undefined));
    return fresh;
  };

  /** One transaction on one connection. Whatever goes wrong, it is rolled back or its connection closed. */
  const transaction = async <T>(
    begin: string,
    signal: AbortSignal,
    work: (client: pg.PoolClient) => Promise<T>,
  ): Promise<T> => {
    pool ??= connect();
    const client = await pool.connect();
    let broken: Error | true | undefined;
    const cancel = () => {
      broken = true;
      // The statement would run on at the server, holding its locks, until its own limit.
      void pool?.query('SELECT pg_cancel_backend($1)', [processIdOf(client)]).catch(() => undefined);
    };
    try {
      signal.throwIfAborted();
      signal.addEventListener('abort', cancel, { once: true });
      await client.query(begin);
      const result = await work(client);
      signal.throwIfAborted();
      await client.query('COMMIT');
      return result;
    } catch (error) {
      await client.query('ROLLBACK').catch((failure: Error) => {
        broken ??= failure;
      });
      throw error;
    } finally {
      signal.removeEventListener('abort', cancel);
      client.release(broken);
    }
  };

  return {
    async close() {
      await pool?.end();
      pool = null;
    },
    open(scope) {
      const call = recordedCalls('postgres', scope, clock, [password]);
      return {
        query(sql, params = [], options = {}) {
          const limit = options.limit ?? DEFAULT_LIMIT;
          return call<readonly Row[]>({
            call: 'query',
            args: { sql, params },
            timeout: timeout + 6_000,
            refuse() {
              if (limit < 1 || limit > MAX_LIMIT) throw new ToolRefusal(`a limit of ${limit}; 1 to ${MAX_LIMIT}`);
            },
            act: (signal) =>
              transaction('BEGIN READ ONLY', signal, async (client) => {
                // A cursor takes exactly one query, and the server stops where we stop reading.
                await run(client, `DECLARE remedyd NO SCROLL CURSOR FOR ${withoutEnd(sql)}`, params);
                const { rows } = await run(client, `FETCH ${limit + 1} FROM remedyd`, []);
                if (rows.length > limit) throw new ToolError(`more than ${limit} rows`);
                return checkSize(rows);
              }),
            evidence: (rows) => ({ rows: rows.length, first: rows.slice(0, 20) }),
          });
        },
        execute: (sql, params, { maxRows }) =>
          call<Result>({
            call: 'execute',
            args: { sql, params, maxRows },
            timeout: timeout + 6_000,
            refuse() {
              if (!Number.isInteger(maxRows) || maxRows < 0) throw new ToolRefusal(`maxRows of ${maxRows}`);
            },
            act: (signal) =>
              transaction('BEGIN', signal, async (client) => {
                const result = await run(client, withoutEnd(sql), params);
                if (result.rowCount > maxRows) {
                  throw new ToolError(
                    `would change ${result.rowCount} rows, more than ${maxRows}; nothing was changed`,
                  );
                }
                return { rowCount: result.rowCount, rows: checkSize(result.rows) };
              }),
            evidence: ({ rowCount, rows }) => ({ rowCount, first: rows.slice(0, 20) }),
          }),
      };
    },
  };
}

/** The extended protocol takes one statement only, so that no text can bring a second one along. */
async function run(client: pg.PoolClient, text: string, params: readonly Json[]): Promise<Result> {
  const values = params.map((one) => (typeof one === 'object' && one !== null ? asParameter(one) : one));
  const query: pg.QueryConfig & { queryMode: 'extended' } = { text, values, queryMode: 'extended' };
  const { rowCount, rows } = await client.query<Record<string, unknown>>(query);
  return { rowCount: rowCount ?? 0, rows: rows.map(toRow) };
}

/** Lists of plain values are Postgres arrays; everything else is JSON. */
function asParameter(value: Json): unknown {
  const plain = Array.isArray(value) && value.every((one: Json) => typeof one !== 'object' || one === null);
  return plain ? value : JSON.stringify(value);
}

function withoutEnd(sql: string): string {
  return sql.replace(/[;\s]+$/, '');
}

function checkSize(rows: readonly Row[]): readonly Row[] {
  if (JSON.stringify(rows).length > MAX_BYTES) throw new ToolError(`the rows are larger than ${MAX_BYTES} bytes`);
  return rows;
}

function processIdOf(client: pg.PoolClient): number {
  return (client as unknown as { processID: number }).processID;
}
