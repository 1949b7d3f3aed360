import { describe, expect, test } from 'vitest';
import { createMemoryLedger } from '../../../src/store/memory/memory-ledger.ts';
import { episode, ledgerContract } from '../../support/ledger/contract.ts';

describe('the ledger in memory keeps the contract:', () => {
  ledgerContract(async () => {
    const ledger = createMemoryLedger();
    return {
      ledger,
      timeline: async (id) => ledger.timeline(id),
      begins: async (runId, step, at) => ledger.begin(runId, step, at),
      whole: (work) => work(ledger),
    };
  });
});

test('it lets go of what has ended, and of nothing that fires', async () => {
  const ledger = createMemoryLedger();
  await ledger.insertEpisodes([episode('a'), episode('b')], true);
  const [a] = await ledger.lockCurrent([{ source: 'event', fingerprint: 'a' }]);
  if (a === undefined) throw new Error('not found');
  await ledger.updateEpisodes([{ ...a, status: 'resolved', closedAt: 1_000 }]);
  ledger.forget(1_000, 0);
  expect(ledger.count()).toBe(2);
  ledger.forget(1_001, 0);
  expect(ledger.count()).toBe(1);
  expect(await ledger.firingNow(null, 9)).toHaveLength(1);
  expect(await ledger.lockCurrent([{ source: 'event', fingerprint: 'a' }])).toEqual([]);
});
