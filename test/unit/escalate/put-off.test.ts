import { expect, test } from 'vitest';
import type { Cover } from '../../../src/domain/gathering.ts';
import type { Incident } from '../../../src/domain/incident.ts';
import { deadlineDue } from '../../../src/escalate/due.ts';
import type { PutOffParts } from '../../../src/escalate/put-off.ts';
import type { Maintenance } from '../../../src/rules/maintenance.ts';
import { createRulebook } from '../../../src/rules/rulebook.ts';
import { createMemoryLedger } from '../../../src/store/memory/memory-ledger.ts';
import { MINUTE, NOW, ruleOf } from '../decide/bench.ts';
import { incident as standing } from '../domain/incidents.ts';

const always = { times: [], weekdays: [], daysOfMonth: [], months: [], years: [], zone: 'UTC' };
const planned: Maintenance = {
  name: 'move',
  why: null,
  at: ['mornings'],
  rules: null,
  targets: ['thing:cup'],
  match: [],
  pages: false,
};
const parts = (...maintenance: readonly Maintenance[]): PutOffParts => ({
  maintenance,
  // NOW is 10:00; it ends at noon.
  timeIntervals: new Map([['mornings', [{ ...always, times: [{ from: 8 * 60, to: 12 * 60 }] }]]]),
  escalateAfter: 20 * MINUTE,
  rulebook: () => createRulebook([ruleOf({ escalate: { policy: 'oncall', after: 10 * MINUTE } })]),
});
const storm: Cover = { id: 'inc-storm', gathering: 'RuleStorm', rule: 'thing-broken' };
const isolated: Cover = { id: 'inc-isolated', gathering: 'SelfIsolated', rule: null };

/** An incident whose deadline is due now, and what came of it. */
async function due(more: Partial<Incident>, given: PutOffParts, covers: readonly Cover[] = []) {
  const ledger = createMemoryLedger();
  const first = { ...standing('held', { deadlineAt: NOW, reason: 'storm', version: 1 }), ...more };
  await ledger.record([{ before: null, after: first, entries: [], owed: [{ kind: 'deadline', dueAt: NOW }] }], NOW - 1);
  const [handed] = await ledger.claimDue(NOW, 9);
  const [row] = await ledger.lockRows([handed?.id ?? 0], NOW);
  if (row === undefined) throw new Error('no deadline was owed');
  await deadlineDue(ledger, given, row, NOW, covers);
  const after = ledger.findIncident(first.id)?.incident;
  const [entry] = ledger.timeline(first.id);
  const next = ledger.nextDue();
  return {
    said: `${after?.state} ${after?.reason}`,
    deadlineIn: after?.deadlineAt == null ? null : after.deadlineAt - NOW,
    coveredBy: after?.coveredBy ?? null,
    owedIn: next === null ? null : next - NOW,
    reason: entry?.reason,
  };
}

test('P2: a deadline that is due pages', async () => {
  expect(await due({}, parts())).toMatchObject({ said: 'escalated deadline', deadlineIn: null });
});

test('where the page of a storm stands for it, it comes later, and stays owed', async () => {
  const later = {
    said: 'held storm',
    deadlineIn: 10 * MINUTE,
    owedIn: 10 * MINUTE,
    coveredBy: 'inc-storm',
    reason: 'storm',
  };
  expect(await due({}, parts(), [storm])).toEqual(later);
});

test.each<[string, Partial<Incident>, Cover]>([
  ['another rule', { rule: 'another' }, storm],
  ['what is worked on', { state: 'running', runId: 'run-1' }, storm],
  ['what a person is asked about', { state: 'approving', approvalId: 'apr-1' }, storm],
  ['what waits for something else', { reason: 'cooldown' }, isolated],
])('P2: the page of another does not stand for %s', async (_, more, cover) => {
  expect((await due(more, parts(), [cover])).coveredBy).toBeNull();
  expect((await due(more, parts(), [cover])).deadlineIn).toBeNull();
});

test('a maintenance that wants no pages puts it off to behind its end', async () => {
  const until = 120 * MINUTE + 10 * MINUTE;
  expect(await due({}, parts(planned))).toMatchObject({
    said: 'held storm',
    deadlineIn: until,
    owedIn: until,
    coveredBy: null,
  });
});

test.each([
  ['one that wants pages', { pages: true }],
  ['one of something else', { targets: ['thing:vase'] }],
  ['one whose time nobody knows', { at: ['gone'] }],
])('P2: %s does not', async (_, more) => {
  expect((await due({}, parts({ ...planned, ...more }))).said).toBe('escalated deadline');
});

test('P2: a row that comes too early leaves the time to come owed', async () => {
  const early = await due({ deadlineAt: NOW + MINUTE }, parts());
  expect(early).toMatchObject({ said: 'held storm', deadlineIn: MINUTE, owedIn: MINUTE });
});
