import { type Time, toDate } from '../domain/time.ts';
import { json } from './storable.ts';

/** Runs statements on one connection or on any of the pool. Rows come with times as `Time` and JSON parsed. */
export interface Sql {
  /** @param name gives the statement a name on the connection, so that Postgres plans it once. */
  query<R extends object = Record<string, unknown>>(
    text: string,
    values?: readonly unknown[],
    name?: string,
  ): Promise<R[]>;
  /** How many rows the statement touched. */
  run(text: string, values?: readonly unknown[], name?: string): Promise<number>;
}

/**
 * A time as a statement parameter.
 *
 * @throws RangeError for what is no time; the driver would send it as a text that some columns take.
 */
export function at(time: Time | null): Date | null {
  if (time === null) return null;
  const date = toDate(time);
  if (Number.isNaN(date.getTime())) throw new RangeError(`${time} is no time that can be stored`);
  return date;
}

/** One column of a set-based insert: its name, its SQL type, and its values, one a row. */
export interface Column {
  readonly name: string;
  readonly type: 'text' | 'timestamptz' | 'integer' | 'bigint' | 'boolean' | 'jsonb';
  readonly values: readonly unknown[];
}

/**
 * One statement for any number of rows: `insert into … select … from unnest(…)`.
 *
 * @param tail such as `on conflict do nothing returning id`
 */
export function insertMany<R extends object>(
  sql: Sql,
  table: string,
  columns: readonly Column[],
  tail = '',
): Promise<R[]> {
  const names = columns.map((c) => c.name).join(', ');
  const selects = columns.map((c) => (c.type === 'jsonb' ? `${c.name}::jsonb` : c.name)).join(', ');
  const arrays = columns.map((c, i) => `$${i + 1}::${c.type === 'jsonb' ? 'text' : c.type}[]`).join(', ');
  const text = `insert into remedyd.${table} (${names}) select ${selects} from unnest(${arrays}) as t(${names}) ${tail}`;
  return sql.query<R>(text, columns.map(encode), `insert-${table}-${columns.length}${tail === '' ? '' : '-r'}`);
}

/** The values of a column as one array parameter. */
export function encode(column: Column): readonly unknown[] {
  if (column.type === 'jsonb') return column.values.map(json);
  if (column.type === 'timestamptz') return column.values.map((value) => at(value as Time | null));
  return column.values;
}
