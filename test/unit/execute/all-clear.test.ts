import { describe, expect, test } from 'vitest';
import unblock from '../../../remediations/queues/unblock.ts';
import scale from '../../../remediations/services/scale.ts';
import { oweAllClear } from '../../../src/execute/all-clear.ts';
import type { Ending } from '../../../src/execute/ending.ts';
import type { JournalRow } from '../../../src/execute/journal.ts';
import type { Remediation } from '../../../src/remediation/define.ts';
import type { Run } from '../../../src/store/runs.ts';

const NOW = 1_000_000;
const wish = { after: 60_000, raise: 'Calm' };
const remediations = new Map([
  ['services/scale', scale as unknown as Remediation],
  ['queues/unblock', unblock as unknown as Remediation],
]);
const ending = (outcome: Ending['run']['outcome']) => ({ run: { outcome } }) as Ending;
const run = (remediation: string, params: Run['params'], dry = false) =>
  ({ id: 'run_1', remediation, params, dry }) as Run;
const ended = (step: string, result: JournalRow['data'][string]): JournalRow => ({
  step,
  phase: 'ended',
  at: NOW,
  data: { result },
});
const owed = (one: Run, outcome: Ending['run']['outcome'], journal: readonly JournalRow[] = []) =>
  oweAllClear(wish, { remediations, settings: {} }, one, ending(outcome), journal, NOW);

const up = run('services/scale', { service: 'workers', direction: 'up' });

describe('an all-clear is owed for', () => {
  test('what was changed, with what the remediation left behind', () => {
    expect(owed(up, 'applied')).toEqual([
      { kind: 'all-clear', dueAt: NOW + 60_000, runId: 'run_1', data: { left: { service: 'workers' } } },
    ]);
  });

  test('what may have been changed: somebody should look rather than nobody', () => {
    expect(owed(up, 'unknown')).toHaveLength(1);
    expect(owed(run('queues/unblock', { queue: 'q' }), 'unknown')).toMatchObject([{ data: { left: {} } }]);
  });

  test('only the way out that needs it', () => {
    const plan = (act: string) => [ended('diagnose', { plan: { act, service: 'workers' } })];
    const unblocks = run('queues/unblock', { queue: 'q' });
    expect(owed(unblocks, 'applied', plan('scale'))).toMatchObject([{ data: { left: { service: 'workers' } } }]);
    expect(owed(unblocks, 'applied', plan('restart'))).toEqual([]);
  });
});

describe('no all-clear is owed for', () => {
  test('what was put back, found nothing to do, or only looked', () => {
    for (const outcome of ['failed', 'noop', 'stopped'] as const) expect(owed(up, outcome)).toEqual([]);
    expect(owed({ ...up, dry: true }, 'applied')).toEqual([]);
  });

  test('taking away, nor where the rule wants none', () => {
    expect(owed(run('services/scale', { service: 'workers', direction: 'down' }), 'applied')).toEqual([]);
    expect(oweAllClear(undefined, { remediations, settings: {} }, up, ending('applied'), [], NOW)).toEqual([]);
  });
});
