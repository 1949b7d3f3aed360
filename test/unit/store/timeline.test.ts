import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Entry } from '../../../src/domain/event.ts';
import { chain, firstBreak, GENESIS, type TimelineRow } from '../../../src/store/timeline.ts';

const entry = (summary: string, data: Entry['data'] = {}): Entry => ({ type: 'told', reason: null, summary, data });

function history(count: number): TimelineRow[] {
  const rows: TimelineRow[] = [];
  for (let i = 0; i < count; i += 1) {
    const last = rows.at(-1);
    rows.push(...chain('inc-1', last?.hash ?? GENESIS, last?.seq ?? 0, [entry(`line ${i}`, { i })], 1_000 + i));
  }
  return rows;
}

describe('P12: whoever changes the history is found out', () => {
  const rows = history(6);

  test('a whole one has no break, and an empty one neither', () => {
    expect([firstBreak(rows), firstBreak([])]).toEqual([null, null]);
  });

  const tamper: readonly [string, (row: TimelineRow) => TimelineRow][] = [
    ['its words', (row) => ({ ...row, summary: 'nothing happened' })],
    ['its numbers', (row) => ({ ...row, data: { i: 99 } })],
    ['its time', (row) => ({ ...row, at: row.at + 1 })],
    ['its kind', (row) => ({ ...row, type: 'healed' })],
    ['its reason', (row) => ({ ...row, reason: 'held' })],
    ['its incident', (row) => ({ ...row, incidentId: 'inc-2' })],
    ['its hash', (row) => ({ ...row, hash: 'x' })],
    ['its place', (row) => ({ ...row, seq: row.seq + 1 })],
  ];

  test.each(tamper)('who changes %s', (_, change) => {
    for (const i of rows.keys()) {
      const changed = rows.map((row, k) => (k === i ? change(row) : row));
      expect(firstBreak(changed)?.seq).toBe((changed[i] as TimelineRow).seq);
    }
  });

  test('who removes an entry, the first or one in the middle', () => {
    for (const i of [0, 1, 4]) expect(firstBreak(rows.filter((_row, k) => k !== i))).not.toBeNull();
  });

  test('who swaps two entries, and who adds one', () => {
    const [a, b, ...rest] = rows as [TimelineRow, TimelineRow, ...TimelineRow[]];
    expect(firstBreak([b, a, ...rest])).not.toBeNull();
    expect(firstBreak([a, { ...a, seq: 2 }, b, ...rest])).not.toBeNull();
  });
});

test('it makes no difference how many entries come at once, or in which order their fields stand', () => {
  const [one, two] = [entry('a', { x: 1, y: { b: [1, null], a: 'é' } }), entry('b')];
  const together = chain('inc-1', GENESIS, 0, [one, two], 5);
  const first = chain('inc-1', GENESIS, 0, [entry('a', { y: { a: 'é', b: [1, null] }, x: 1 })], 5);
  const second = chain('inc-1', first[0]?.hash ?? '', 1, [two], 5);
  expect([...first, ...second].map(({ hash }) => hash)).toEqual(together.map(({ hash }) => hash));
});

test('whatever was said, it is whole after a way through JSON', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.string({ unit: 'binary' }), fc.jsonValue())), (lines) => {
      const entries = lines.map(([summary, value]) => entry(summary, { value: value as never }));
      const rows = chain('inc-1', GENESIS, 0, entries, 5);
      expect(firstBreak(JSON.parse(JSON.stringify(rows)) as TimelineRow[])).toBeNull();
    }),
  );
});
