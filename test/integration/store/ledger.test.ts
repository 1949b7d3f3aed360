import { afterAll, beforeAll, describe } from 'vitest';
import { appendJournal } from '../../../src/store/journal.ts';
import { postgresLedger } from '../../../src/store/postgres-ledger.ts';
import { takeRun } from '../../../src/store/runs.ts';
import { readTimeline } from '../../../src/store/timeline.ts';
import { ledgerContract } from '../../support/ledger/contract.ts';
import { openStore, type Store } from './store.ts';

const TABLES = ['episodes', 'incidents', 'outbox', 'runs', 'journal', 'approvals', 'pauses', 'demotions'];

let store: Store;

beforeAll(async () => {
  store = await openStore();
});
afterAll(() => store[Symbol.asyncDispose]());

describe('the ledger in Postgres keeps the contract:', () => {
  ledgerContract(async () => {
    const { db } = store;
    await db.transaction(async (sql) => {
      for (const table of TABLES) await sql.run(`delete from remedyd.${table}`);
      await sql.run(`set local remedyd.retention = 'on'`);
      await sql.run('delete from remedyd.timeline');
    });
    return {
      ledger: postgresLedger(db),
      timeline: (id) => readTimeline(db, id),
      async begins(runId, step, at) {
        const taken = await takeRun(db, runId, 'rep-a', at, 1_000);
        await appendJournal(db, runId, taken?.fence ?? 0, { step, phase: 'begun', at, data: {} });
      },
      // A transaction that lost is tried again from the start; here it shall be seen to lose.
      async whole(work) {
        let lost: unknown = null;
        const result = await db
          .transaction((sql) =>
            work(postgresLedger(sql)).catch((error: unknown) => {
              lost ??= error;
              throw new Error('lost', { cause: error });
            }),
          )
          .catch((error: unknown) => error);
        if (lost !== null) throw lost;
        return result as never;
      },
    };
  });
});
