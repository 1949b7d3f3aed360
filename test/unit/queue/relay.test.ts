import { describe, expect, test } from 'vitest';
import type { Backend } from '../../../src/queue/backend.ts';
import type { LaneJob } from '../../../src/queue/lanes.ts';
import { startRelay } from '../../../src/queue/relay.ts';
import type { WakeUpQueue } from '../../../src/queue/wake-up.ts';
import type { Db } from '../../../src/store/db.ts';
import { type FakeClock, fakeClock } from '../../support/clock.ts';

function relayOver(add: () => Promise<void>, clock: FakeClock = fakeClock()) {
  const direct: LaneJob[] = [];
  const queue: WakeUpQueue = { add, addMany: add, close: async () => undefined };
  const backend = { kind: 'redis', queue: () => queue, close: async () => undefined } as unknown as Backend;
  let due = [{ id: 1, kind: 'deadline', handed: 1 }];
  const db = {
    query: async () => {
      const rows = due;
      due = [];
      return rows;
    },
  } as unknown as Db;
  const relay = startRelay({
    db,
    clock,
    backend,
    prefix: 'test',
    pollEvery: 500,
    refusal: () => null,
    direct: async (job) => void direct.push(job),
    onError: () => undefined,
  });
  return {
    relay,
    clock,
    direct,
    owe: (id: number) => {
      due = [{ id, kind: 'deadline', handed: 1 }];
    },
  };
}

test('what is to be decided is decided at once, one batch after another, and without the queue', async () => {
  const { relay, direct } = relayOver(() => Promise.reject(new Error('not to be asked')));
  await turns();
  direct.length = 0;
  relay.handOver([{ id: 5, kind: 'decide', handed: 1 }]);
  relay.handOver([{ id: 6, kind: 'decide', handed: 1 }]);
  relay.handOver([{ id: 7, kind: 'decide', handed: 1 }]);
  await turns();
  expect(direct.map(({ lane, rows }) => [lane, ...rows.map(({ id }) => id)])).toEqual([
    ['decide', 5],
    ['decide', 6, 7],
  ]);
  await relay.stop();
});

const turns = async () => {
  for (let i = 0; i < 20; i += 1) await new Promise((resolve) => setImmediate(resolve));
};

describe('P2: no failure of the queue swallows a page', () => {
  test('what the queue refuses is done directly', async () => {
    const { relay, direct, clock, owe } = relayOver(async () => {
      throw new Error('Connection is closed');
    });
    await turns();
    owe(2);
    await clock.advance(500);
    expect(direct.map(({ rows }) => rows[0]?.id)).toEqual([1, 2]);
    await relay.stop();
  });

  test('what the queue never answers to is done directly, too, and the next as well', async () => {
    const { relay, direct, clock, owe } = relayOver(() => new Promise(() => undefined));
    await turns();
    await clock.advance(5_000);
    expect(direct.map(({ rows }) => rows[0]?.id)).toEqual([1]);
    owe(2);
    await clock.advance(10_000);
    expect(direct.map(({ rows }) => rows[0]?.id)).toEqual([1, 2]);
    await relay.stop();
  });

  test('what the queue took is not done beside it', async () => {
    const { relay, direct, clock } = relayOver(async () => undefined);
    await turns();
    await clock.advance(60_000);
    expect(direct).toEqual([]);
    await relay.stop();
  });
});
