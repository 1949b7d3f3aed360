import pg from 'pg';
import type { Json } from '../../domain/json.ts';
import type { Row } from '../../remediation/tools.ts';

const { builtins } = pg.types;

/** How column types are read: whole numbers as numbers where they fit, exact decimals and plain timestamps as text. */
export const readTypes: pg.CustomTypesConfig = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    if (format === 'binary') return pg.types.getTypeParser(oid, format);
    switch (oid) {
      case builtins.INT8:
        return (text: string) => (Number.isSafeInteger(Number(text)) ? Number(text) : text);
      // It has no zone, and the driver would read it in ours.
      case builtins.TIMESTAMP:
      case builtins.DATE:
        return (text: string) => text;
      default:
        return pg.types.getTypeParser(oid, 'text');
    }
  },
} as pg.CustomTypesConfig;

/** A row as JSON: times in RFC 3339, bytes only by their number. */
export function toRow(row: Record<string, unknown>): Row {
  return Object.fromEntries(Object.entries(row).map(([column, value]) => [column, toJson(value)]));
}

function toJson(value: unknown): Json {
  if (value === null || value === undefined) return null;
  if (value instanceof Date) return value.toISOString();
  if (Buffer.isBuffer(value)) return `(${value.length} bytes)`;
  if (Array.isArray(value)) return value.map(toJson);
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, toJson(inner)]));
  }
  return typeof value === 'bigint' ? String(value) : (value as Json);
}
