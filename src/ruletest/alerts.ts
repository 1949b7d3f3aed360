import type { Alert, Labels } from '../domain/alert.ts';
import { parseSeverity } from '../domain/severity.ts';
import type { Time } from '../domain/time.ts';
import { fingerprintOf } from '../ingest/sources/fingerprint.ts';
import type { WrittenAlert } from './schema.ts';

/** More than any rule needs to be brought into a storm. */
export const MOST_ALERTS = 10_000;

const RANGE = /\{(\d+)\.\.(\d+)\}/;

/** A text with a range in it, such as `phone_{01..09}`, as the texts that it means; the digits of the first say how many there are. */
export function expand(text: string): readonly string[] {
  const found = RANGE.exec(text);
  if (found === null) return [text];
  const [whole, first = '', last = ''] = found;
  const from = Number(first);
  const length = Math.min(Math.max(0, Number(last) - from + 1), MOST_ALERTS);
  const before = text.slice(0, found.index);
  const rest = expand(text.slice(found.index + whole.length));
  return Array.from({ length }, (_, i) => `${before}${String(from + i).padStart(first.length, '0')}`).flatMap((head) =>
    rest.map((tail) => `${head}${tail}`),
  );
}

/** The alerts that a written one means, firing from then on. */
export function alertsOf(written: WrittenAlert, now: Time): readonly Alert[] {
  const { name, annotations, source, severity, test } = written;
  return labelSets(Object.entries(written.labels)).map((labels) => ({
    source,
    fingerprint: fingerprintOf({ ...labels, alertname: name }),
    status: 'firing',
    name,
    labels,
    annotations,
    severity: severity ?? parseSeverity(labels.severity),
    startsAt: now,
    endsAt: null,
    generatorUrl: null,
    test: test ?? null,
    note: null,
  }));
}

function labelSets([first, ...others]: readonly (readonly [string, string])[]): readonly Labels[] {
  if (first === undefined) return [{}];
  const [label, text] = first;
  const rest = labelSets(others);
  return expand(text).flatMap((value) => rest.map((labels) => ({ [label]: value, ...labels })));
}
