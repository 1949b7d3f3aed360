import { expect, test } from 'vitest';
import { REASONS } from '../../../src/domain/reason.ts';
import { createMetrics } from '../../../src/observe/metrics.ts';
import { ERRORS } from '../../../src/server/errors.ts';
import { tableRows, textOf } from './files.ts';
import { eventTypes, leadsTo, openStates, states } from './transitions.ts';

test('every reason is explained in the words of the code, and no other', async () => {
  const found = [...(await textOf('docs/reasons.md')).matchAll(/^### (\S+)\n\n(.+)\n\n(.+)$/gm)];
  expect(Object.fromEntries(found.map(([, reason, meaning]) => [reason, meaning]))).toEqual(REASONS);
});

test('every error is listed with its status, and no other', async () => {
  const rows = tableRows(await textOf('docs/errors.md'), 'code');
  const listed = Object.fromEntries(rows.map(([code = '', status]) => [code, Number(status)]));
  expect(listed).toEqual(Object.fromEntries(Object.entries(ERRORS).map(([code, { status }]) => [code, status])));
});

test('every metric is listed with its type and labels, and no other', async () => {
  const rows = tableRows(await textOf('docs/metrics.md'), 'metric').map((row) => row.slice(0, 3));
  const own = createMetrics().registry.getMetricsAsArray() as unknown as readonly Registered[];
  expect(rows.toSorted()).toEqual(own.map(describeMetric).toSorted());
});

/** What prom-client keeps of a metric beside its public face. */
interface Registered {
  readonly name: string;
  readonly labelNames: readonly string[];
  readonly constructor: { readonly name: string };
}

function describeMetric(metric: Registered): string[] {
  return [metric.name, metric.constructor.name.toLowerCase(), metric.labelNames.join(', ')];
}

test('every state and every way between them is drawn, and no other', async () => {
  const page = await textOf('docs/lifecycle.md');
  expect(tableRows(page, 'state').map(([state]) => state)).toEqual(states);
  const events = tableRows(page, 'event');
  const meanings = events.filter((row) => row.length === 2).map(([type]) => type);
  expect(meanings).toEqual(eventTypes);
  const ways = events.filter((row) => row.length > 2);
  expect(ways).toEqual(eventTypes.map((type) => [type, ...openStates.map((state) => leadsTo(state, type))]));
});
