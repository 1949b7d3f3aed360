import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Incident } from '../../../src/domain/incident.ts';
import { sweep } from '../../../src/queue/sweep.ts';
import { insertApprovals } from '../../../src/store/approvals.ts';
import { endRun, findRun } from '../../../src/store/runs.ts';
import { addRun, NOW, openOne, openStore, type Store } from '../store/store.ts';

const GRACE = 60_000;
let store: Store;

beforeAll(async () => {
  store = await openStore();
});
afterAll(() => store[Symbol.asyncDispose]());

/** What one sweep makes up for, of one incident. */
async function swept(incident: Incident, at = NOW + GRACE + 1) {
  const { db } = store;
  const kinds: string[] = [];
  const clock = { now: () => at, sleep: async () => undefined };
  await sweep({ db, clock, grace: GRACE, handOver: () => undefined, onFound: (kind) => kinds.push(kind) });
  const rows = await db.query<{ kind: string; runId: string | null; data: object; dueAt: number }>(
    `select kind, run_id as "runId", data, due_at as "dueAt" from remedyd.outbox where incident_id = $1 order by id`,
    [incident.id],
  );
  return rows;
}

/** Nobody owes anything for it any more: every row is gone, as after a loss of the outbox. */
const lost = (thing: string, more: Partial<Incident>) => openOne(store.db, thing, { deadlineAt: null, ...more });

/** A page was delivered, or refused, says the timeline. */
const say = (incident: Incident, type: string) =>
  store.db.run(
    `insert into remedyd.timeline (incident_id, seq, at, type, summary, data, hash)
     values ($1, 2, now(), $2, 'x', '{"channel": "slack", "topic": "page"}', 'x')`,
    [incident.id, type],
  );

describe('P1: owed work that is lost, by whatever cause, is made up for', () => {
  test.each<[string, Partial<Incident>, object]>([
    ['decide', { state: 'received' }, { kind: 'decide', dueAt: NOW + GRACE + 1 }],
    ['decide', { state: 'held', askAt: NOW }, { kind: 'decide' }],
    ['execute', { state: 'running', runId: 'run-x' }, { kind: 'execute', runId: 'run-x' }],
    ['verify', { state: 'verifying', runId: 'run-x' }, { kind: 'verify', runId: 'run-x' }],
    [
      'deadline',
      { state: 'escalated', pagedAt: null, deadlineAt: NOW + 900_000 },
      { kind: 'deadline', dueAt: NOW + 900_000 },
    ],
    [
      'expire',
      { state: 'approving', approvalId: 'apr-x', askAt: NOW + 500_000 },
      { kind: 'expire', dueAt: NOW + 500_000, data: { approvalId: 'apr-x' } },
    ],
    ['page', { state: 'escalated', pagedAt: NOW }, { kind: 'tell', data: { topic: 'page' } }],
    [
      'page while it heals',
      { state: 'verifying', runId: 'run-y', pagedAt: NOW },
      { kind: 'tell', data: { topic: 'page' } },
    ],
  ])('%s', async (name, more, expected) => {
    const incident = await lost(`${name.replaceAll(' ', '-')}-${more.state}`, more);
    expect(await swept(incident)).toEqual(expect.arrayContaining([expect.objectContaining(expected)]));
    const again = await swept(incident, NOW + 3 * GRACE);
    expect(again.filter(({ kind }) => kind === (expected as { kind: string }).kind)).toHaveLength(1);
  });

  test('the rehearsal of an observed incident', async () => {
    const incident = await lost('rehearsed', { state: 'observing', runId: 'run-inc-rehearsed' });
    await addRun(store.db, incident, { dry: true });
    expect(await swept(incident)).toMatchObject([{ kind: 'execute', runId: 'run-inc-rehearsed' }]);
  });

  test('but not one that has ended', async () => {
    const incident = await lost('rehearsal-over', { state: 'observing', runId: 'run-inc-rehearsal-over' });
    await addRun(store.db, incident, { dry: true });
    const ending = { outcome: 'dry', reason: 'observe-mode', detail: {}, open: false } as const;
    await endRun(store.db, 'run-inc-rehearsal-over', null, ending, NOW);
    expect(await swept(incident)).toEqual([]);
  });

  test('the news that a paged incident is over', async () => {
    const incident = await lost('over', { state: 'healed', pagedAt: NOW - 9_000, endedAt: NOW });
    await say(incident, 'told');
    expect(await swept(incident)).toMatchObject([{ kind: 'tell', data: { topic: 'end' } }]);
  });

  test('in a sound system nothing is found, and nothing in the making is taken for lost', async () => {
    const young = await lost('young', { state: 'received' });
    expect(await swept(young, NOW + GRACE)).toEqual([]);
    const ended = await lost('ended', { state: 'closed', endedAt: NOW });
    expect(await swept(ended)).toEqual([]);
  });

  test('a page that was delivered, or refused by everybody, is not told again', async () => {
    for (const [thing, type] of [
      ['told', 'told'],
      ['untold', 'untold'],
    ] as const) {
      const incident = await lost(thing, { state: 'escalated', pagedAt: NOW });
      await say(incident, type);
      expect(await swept(incident)).toEqual([]);
    }
  });
});

describe('P3: a target is not held for ever by a run that nobody carries on', () => {
  const ends = async (incident: Incident) => {
    await swept(incident);
    return (await findRun(store.db, `run-${incident.id}`))?.endedAt ?? null;
  };

  test('of an incident that went on without it', async () => {
    const incident = await lost('went-on', { state: 'escalated', pagedAt: NOW, runId: null });
    await addRun(store.db, incident);
    expect(await ends(incident)).not.toBeNull();
  });

  test('but the run of an incident that is still with it stays', async () => {
    const incident = await lost('with-it', { state: 'verifying', runId: 'run-inc-with-it' });
    await addRun(store.db, incident);
    expect(await ends(incident)).toBeNull();
  });
});

test('an approval that expired belongs to its incident', async () => {
  const { db } = store;
  const incident = await lost('asked', { state: 'approving', approvalId: 'apr-asked', askAt: NOW });
  await insertApprovals(db, [
    {
      id: 'apr-asked',
      incidentId: incident.id,
      remediation: 'things/mend',
      planHash: 'x',
      plan: {},
      askedOf: null,
      needs: 1,
      askedAt: NOW,
      expiresAt: NOW,
      decidedAt: null,
      decision: null,
    },
  ]);
  expect(await swept(incident)).toMatchObject([{ kind: 'expire', data: { approvalId: 'apr-asked' } }]);
});
