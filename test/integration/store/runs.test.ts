import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/domain/time.ts';
import { FencedOff } from '../../../src/execute/journal.ts';
import { storedJournal } from '../../../src/execute/stored-journal.ts';
import { appendJournal, readJournal } from '../../../src/store/journal.ts';
import { endRun, findRun, keepRun, releaseRun, takeRun } from '../../../src/store/runs.ts';
import { addRun, NOW, openOne, openStore, type Store } from './store.ts';

let store: Store;

beforeAll(async () => {
  store = await openStore();
});
afterAll(() => store[Symbol.asyncDispose]());

const line = (step: string) => ({ step, phase: 'begun', at: NOW, data: {} });
const ending = { outcome: 'applied', reason: 'applied', detail: {}, open: false } as const;

describe('P3: a run belongs to one process at a time', () => {
  test('another one gets it only when its holder has given no sign of life for as long as it may', async () => {
    const { db } = store;
    const { id } = await addRun(db, await openOne(db, 'held'));
    const first = await takeRun(db, id, 'rep-a', NOW, 1_000);
    expect(first).not.toBeNull();
    expect(await takeRun(db, id, 'rep-b', NOW + 999, 1_000)).toBeNull();
    const second = await takeRun(db, id, 'rep-b', NOW + 1_000, 1_000);
    expect(second?.fence).toBeGreaterThan(first?.fence ?? 0);
  });

  test('many who want it at once: one gets it', async () => {
    const { db } = store;
    const { id } = await addRun(db, await openOne(db, 'wanted'));
    const got = await Promise.all(Array.from({ length: 20 }, (_, i) => takeRun(db, id, `rep-${i}`, NOW, 1_000)));
    expect(got.filter((fence) => fence !== null)).toHaveLength(1);
  });

  test('whoever has lost it writes nothing any more', async () => {
    const { db } = store;
    const { id } = await addRun(db, await openOne(db, 'lost'));
    const old = (await takeRun(db, id, 'rep-a', NOW, 1_000))?.fence ?? 0;
    expect(await appendJournal(db, id, old, line('a'))).toBe(true);
    const now = (await takeRun(db, id, 'rep-b', NOW + 1_000, 1_000))?.fence ?? 0;
    expect(await appendJournal(db, id, old, line('b'))).toBe(false);
    expect(await keepRun(db, id, old, NOW + 9_000)).toBe(false);
    expect(await endRun(db, id, old, ending, NOW)).toBe(false);
    await releaseRun(db, id, old);
    expect(await takeRun(db, id, 'rep-c', NOW + 1_001, 1_000)).toBeNull();
    expect(await appendJournal(db, id, now, line('c'))).toBe(true);
    expect((await readJournal(db, id)).map(({ step }) => step)).toEqual(['a', 'c']);
    expect(await keepRun(db, id, now, NOW + 9_000)).toBe(true);
    expect(await endRun(db, id, now, ending, NOW)).toBe(true);
    expect(await endRun(db, id, now, ending, NOW)).toBe(false);
    expect(await appendJournal(db, id, now, line('d'))).toBe(false);
    expect(await takeRun(db, id, 'rep-c', NOW + 99_000, 1_000)).toBeNull();
  });

  test('let go, it need not be waited for', async () => {
    const { db } = store;
    const { id } = await addRun(db, await openOne(db, 'let-go'));
    const fence = (await takeRun(db, id, 'rep-a', NOW, 60_000))?.fence ?? 0;
    await releaseRun(db, id, fence);
    expect(await takeRun(db, id, 'rep-b', NOW + 1, 60_000)).not.toBeNull();
  });

  test('the database itself refuses a second one on a target', async () => {
    const { db } = store;
    const incident = await openOne(db, 'single');
    await addRun(db, incident);
    await expect(addRun(db, incident, { id: 'run-second' })).rejects.toMatchObject({ code: '23505' });
    await addRun(db, incident, { id: 'run-rehearsal', dry: true });
    expect(await endRun(db, `run-${incident.id}`, null, ending, NOW)).toBe(true);
    await addRun(db, incident, { id: 'run-third' });
  });
});

describe('P7: the journal', () => {
  test('takes whatever a stranger’s log holds', async () => {
    const { db } = store;
    const run = await addRun(db, await openOne(db, 'logged'));
    const fence = (await takeRun(db, run.id, 'rep-a', NOW, 60_000))?.fence ?? 0;
    const data = { result: { tail: ['nul \u0000', 'half \ud83d', 'fine \u{1f600}'] } };
    expect(await appendJournal(db, run.id, fence, { ...line('a'), data })).toBe(true);
    const [row] = await readJournal(db, run.id);
    expect(row?.data).toEqual({ result: { tail: ['nul \ufffd', 'half \ufffd', 'fine \u{1f600}'] } });
    const why = 'it said \u0000';
    expect(await endRun(db, run.id, fence, { ...ending, detail: { why } }, NOW)).toBe(true);
    expect((await findRun(db, run.id))?.detail).toEqual({ why: 'it said \ufffd' });
  });

  test('a result that cannot be stored is an error of its step, not a wait for ever', async () => {
    const { db } = store;
    const incident = await openOne(db, 'unstorable');
    await addRun(db, incident);
    const run = await findRun(db, `run-${incident.id}`);
    if (run === undefined) throw new Error('no run');
    const fence = (await takeRun(db, run.id, 'rep-a', NOW, 60_000))?.fence ?? 0;
    const journal = storedJournal(
      db,
      systemClock,
      run,
      fence,
      async () => ({ stop: null, note: null }),
      new AbortController().signal,
    );
    const row = { step: 'a', phase: 'ended', at: NOW, data: { result: 7n as never } } as const;
    await expect(journal.write(row)).rejects.toThrow(TypeError);
    const refused = { step: 'a', phase: 'ended', at: Number.NaN, data: {} } as const;
    await expect(journal.write(refused)).rejects.toThrow();
    await takeRun(db, run.id, 'rep-b', NOW + 60_000, 1);
    await expect(journal.write({ step: 'b', phase: 'begun', at: NOW, data: {} })).rejects.toBeInstanceOf(FencedOff);
  });
});
