import { describe, expect, test } from 'vitest';
import { toJobs } from '../../../src/queue/lanes.ts';
import { createWork, type Handlers } from '../../../src/queue/workers.ts';
import type { Db } from '../../../src/store/db.ts';
import type { Handed, OutboxKind } from '../../../src/store/outbox.ts';
import type { Sql } from '../../../src/store/sql.ts';

const rows = (kind: OutboxKind, from: number, count: number): Handed[] =>
  Array.from({ length: count }, (_, i) => ({ id: from + i, kind, handed: 1 }));

describe('toJobs', () => {
  test('decides together and does everything else one by one', () => {
    const jobs = toJobs([...rows('decide', 1, 3), ...rows('execute', 10, 2), ...rows('send', 20, 1)]);
    expect(jobs.map(({ lane, rows: some }) => [lane, some.map(({ id }) => id)])).toEqual([
      ['execute', [10]],
      ['execute', [11]],
      ['people', [20]],
      ['decide', [1, 2, 3]],
    ]);
  });

  test('cuts a storm into batches and forgets nobody', () => {
    const jobs = toJobs(rows('decide', 1, 1_201));
    expect(jobs.map(({ rows: some }) => some.length)).toEqual([500, 500, 201]);
    expect(new Set(jobs.flatMap(({ rows: some }) => some.map(({ id }) => id))).size).toBe(1_201);
  });

  test('keeps pages away from runs', () => {
    const lane = (kind: OutboxKind) => toJobs(rows(kind, 1, 1))[0]?.lane;
    expect(['deadline', 'expire', 'tell', 'send'].map((kind) => lane(kind as OutboxKind))).toEqual(
      Array.from({ length: 4 }, () => 'people'),
    );
    expect([lane('execute'), lane('verify'), lane('decide')]).toEqual(['execute', 'verify', 'decide']);
  });

  test('names each hand-over, in a way that BullMQ takes', () => {
    const [first] = toJobs([{ id: 7, kind: 'send', handed: 1 }]);
    const [again] = toJobs([{ id: 7, kind: 'send', handed: 2 }]);
    expect(first?.jobId).not.toBe(again?.jobId);
    for (const id of [first?.jobId, again?.jobId]) expect(id).toMatch(/^[a-z][^:]*$/);
  });

  test('of nothing is nothing', () => {
    expect(toJobs([])).toEqual([]);
  });
});

describe('createWork', () => {
  const now = 1_000;

  /** An outbox of rows of one kind, and handlers that do as they are told. */
  function outbox(
    kind: OutboxKind,
    decide: Handlers['decide'],
    one: (id: number) => Promise<void> = async () => undefined,
    refusal: string | null = null,
  ) {
    const putOff: number[] = [];
    const sql: Sql = {
      query: async <R extends object>(_text: string, values: readonly unknown[] = []) => [
        { id: values[0], kind, dueAt: 0, attempts: 0 } as unknown as R,
      ],
      run: async (_text, values = []) => putOff.push(Number(values[0])),
    };
    const errors: string[] = [];
    const of = ({ id }: { readonly id: number }) => one(id);
    const handlers = {
      decide,
      one: {
        deadline: of,
        execute: of,
        verify: of,
        expire: of,
        count: of,
        tell: of,
        send: of,
        answer: of,
        climb: of,
        notice: of,
        'all-clear': of,
        remark: of,
        reply: of,
      },
    };
    const work = createWork({
      db: sql as Db,
      clock: { now: () => now, sleep: async () => undefined },
      handlers,
      refusal: () => refusal,
      onError: (error) => errors.push(error.message),
    });
    return { work, putOff, errors };
  }

  test('P1: one incident that cannot be decided does not hold up the others', async () => {
    const decided: number[] = [];
    const { work, putOff } = outbox('decide', async (ids) => {
      if (ids.includes(2)) throw new Error('nobody thought of this');
      decided.push(...ids);
    });
    await work('decide', [1, 2, 3]);
    expect([decided, putOff]).toEqual([[1, 3], [2]]);
  });

  test('while the database is away nothing is tried one by one', async () => {
    let tries = 0;
    const { work, putOff } = outbox('decide', async () => {
      tries += 1;
      throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    });
    await work('decide', [1, 2, 3]);
    expect([tries, putOff]).toEqual([1, [1, 2, 3]]);
  });

  test('P3: a row is worked on once at a time, and again afterwards', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const begun: number[] = [];
    const { work } = outbox(
      'execute',
      async () => undefined,
      async (id) => {
        begun.push(id);
        await promise;
      },
    );
    const first = work('execute', [7]);
    await work('execute', [7]);
    const other = work('execute', [8]);
    resolve();
    await Promise.all([first, other]);
    await work('execute', [7]);
    expect(begun).toEqual([7, 8, 7]);
  });

  test('what fails is put off, and never thrown', async () => {
    const { work, putOff, errors } = outbox(
      'send',
      async () => undefined,
      async () => {
        throw new Error('no');
      },
    );
    await work('people', [1]);
    expect([putOff, errors]).toEqual([[1], ['no']]);
  });

  test('where the clock is wrong it decides and runs nothing, and still tells people', async () => {
    const done: string[] = [];
    const { work, putOff } = outbox(
      'deadline',
      async () => void done.push('decide'),
      async () => void done.push('one'),
      'the clock is wrong',
    );
    await work('decide', [1]);
    await work('execute', [2]);
    expect(done).toEqual([]);
    await work('people', [3]);
    expect(done).toEqual(['one']);
    expect(putOff).toEqual([]);
  });
});
