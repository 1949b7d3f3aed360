import { expect, test } from 'vitest';
import { tell } from '../../../src/decide/telling.ts';
import { hold } from '../../../src/decide/verdict.ts';
import { advance } from '../../../src/domain/incident.ts';
import type { JsonObject } from '../../../src/domain/json.ts';
import type { Reason } from '../../../src/domain/reason.ts';
import { caseOf, NOW } from './bench.ts';

const SECOND = 1_000;
const HOUR = 3_600_000;

/** An incident that is asked about every so often, and is told these reasons in turn; its history at the end. */
function history(reasons: readonly Reason[], every: number, times: number) {
  let { incident } = caseOf({});
  let row: JsonObject = {};
  const lines: { at: number; summary: string; untold: unknown }[] = [];
  for (let i = 0; i < times; i += 1) {
    const now = NOW + i * every;
    const verdict = hold(reasons[i % reasons.length] ?? 'storm', now + every, {});
    const step = advance(incident, verdict.event, now);
    if (step === null) throw new Error('held says nothing');
    const told = tell({ incident, seq: lines.length, head: '' }, verdict, step.owed, row, now);
    for (const { summary, data } of told.entries) lines.push({ at: now - NOW, summary, untold: data.untold });
    row = told.owed.find(({ kind }) => kind === 'decide')?.data ?? {};
    incident = step.incident;
  }
  return lines;
}

test('the same no again and again is one line', () => {
  expect(history(['guard-error'], 30 * SECOND, 1_000)).toHaveLength(1);
});

test('two that take turns for a day are told once an hour in the end, with how many were not', () => {
  const lines = history(['guard-error', 'population-unknown'], 15 * SECOND, 24 * 240);
  expect(lines.length).toBeGreaterThan(60);
  expect(lines.length).toBeLessThan(60 + 26);
  const [before, last] = lines.slice(-2);
  expect((last?.at ?? 0) - (before?.at ?? 0)).toBeGreaterThanOrEqual(HOUR);
  expect(last?.untold).toBeGreaterThanOrEqual(239);
  expect(last?.summary).toMatch(/\(2\d\d other answers since 2026-01-20T\d\d:\d\d:\d\d\.000Z are not listed\)$/);
  // Nothing is lost: every answer is a line or is counted in one, but for those since the last line.
  const counted = lines.reduce((sum, { untold }) => sum + 1 + (typeof untold === 'number' ? untold : 0), 0);
  expect(24 * 240 - counted).toBeLessThanOrEqual(240);
});

test('a short history tells every change', () => {
  expect(history(['storm', 'cooldown', 'budget'], SECOND, 60)).toHaveLength(60);
});
