import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { advance } from '../../../src/domain/incident.ts';
import { findIncident, type StoredIncident } from '../../../src/store/incidents.ts';
import { type Change, record, StaleIncident } from '../../../src/store/record.ts';
import { firstBreak, readTimeline } from '../../../src/store/timeline.ts';
import { NOW, openOne, openStore, type Store } from './store.ts';

let store: Store;

beforeAll(async () => {
  store = await openStore();
});
afterAll(() => store[Symbol.asyncDispose]());

function acknowledged(before: StoredIncident, by: string): Change {
  const step = advance(before.incident, { type: 'acknowledged', by }, NOW + 1);
  if (step === null) throw new Error('it has ended');
  const entry = { type: 'acknowledged', reason: 'acknowledged' as const, summary: `${by} has it`, data: { by } };
  return { before, after: step.incident, entries: [entry], owed: step.owed };
}

async function held(id: string): Promise<StoredIncident> {
  const found = await findIncident(store.db, id);
  if (found === undefined) throw new Error(`no incident ${id}`);
  return found;
}

describe('two who change one incident', () => {
  test('one wins, and of the other nothing is written', async () => {
    const { db } = store;
    const { id } = await openOne(db, 'contested');
    const before = await held(id);
    await db.transaction((sql) => record(sql, [acknowledged(before, 'ana')], NOW + 1));
    const late = db.transaction(async (sql) => {
      // Without the retry that a whole transaction gets: this one shall be seen to fail.
      await record(sql, [acknowledged(before, 'bob')], NOW + 2).catch((error: Error) => {
        throw new Error(error.name);
      });
    });
    await expect(late).rejects.toThrow(StaleIncident.name);
    expect((await held(id)).incident.ackedBy).toBe('ana');
    expect((await readTimeline(db, id)).map(({ summary }) => summary)).toEqual(['opened', 'ana has it']);
    expect(await db.query('select 1 from remedyd.outbox where incident_id = $1', [id])).toHaveLength(1);
  });

  test('at the very same time, over and over: no change is lost and the chain holds', async () => {
    const { db } = store;
    const { id } = await openOne(db, 'crowded');
    const bump = (by: string) =>
      db.transaction(async (sql) => {
        const before = await findIncident(sql, id);
        if (before === undefined) throw new Error('gone');
        await record(sql, [acknowledged(before, by)], NOW + 1);
      });
    const results = await Promise.allSettled(Array.from({ length: 24 }, (_, i) => bump(`p${i}`)));
    const won = results.filter(({ status }) => status === 'fulfilled').length;
    expect(won).toBeGreaterThan(0);
    const timeline = await readTimeline(db, id);
    expect(timeline).toHaveLength(1 + won);
    expect((await held(id)).incident.version).toBe(1 + won);
    expect(firstBreak(timeline)).toBeNull();
  });
});

describe('P12: the timeline is append-only', () => {
  test.each([
    ['changed', `update remedyd.timeline set summary = 'nothing happened' where incident_id = $1`],
    ['removed', 'delete from remedyd.timeline where incident_id = $1'],
  ])('no entry can be %s', async (_, statement) => {
    const { id } = await openOne(store.db, `kept-${_}`);
    await expect(store.db.run(statement, [id])).rejects.toThrow('append-only');
  });

  test('and cannot be emptied', async () => {
    await expect(store.db.run('truncate remedyd.timeline')).rejects.toThrow('append-only');
  });

  test('what was stored is what the chain was made over, whatever a stranger’s words hold', async () => {
    const { db } = store;
    const { id } = await openOne(db, 'odd');
    const before = await held(id);
    const step = acknowledged(before, 'ana');
    const data = {
      nul: 'a\u0000b',
      half: '\ud83d',
      key: { 'x\u0000y': 1 },
      deep: [{ z: null, a: 1.5e300 }],
      empty: {},
    };
    const entries = [{ type: 'odd', reason: null, summary: 'nul \u0000 and half \udc00', data }];
    await db.transaction((sql) => record(sql, [{ ...step, entries }], NOW));
    const timeline = await readTimeline(db, id);
    expect(timeline.at(-1)?.data.nul).toBe('a\ufffdb');
    expect(firstBreak(timeline)).toBeNull();
  });
});
