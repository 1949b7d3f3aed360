import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { noticeRow } from '../../../src/escalate/notice.ts';
import type { PeopleParts } from '../../../src/escalate/people.ts';
import type { Channel, Delivery } from '../../../src/notify/channel.ts';
import type { Notice } from '../../../src/notify/notice.ts';
import { oweNotice } from '../../../src/notify/owe-notice.ts';
import { findRow } from '../../../src/store/outbox.ts';
import { NOW, openStore, type Store } from '../store/store.ts';

const NOTICE: Notice = { title: 'one phone', lines: ['heals', 'too often'] };
const MINUTE = 60_000;

let store: Store;

beforeAll(async () => {
  store = await openStore();
});
beforeEach(() => store.db.run('delete from remedyd.outbox'));
afterAll(() => store[Symbol.asyncDispose]());

const RETRY: Delivery = { kind: 'retry', after: null, why: 'away' };
const SENT: Delivery = { kind: 'sent', ref: null };

function people(now: number, channels: readonly Channel[], hardStop = new AbortController().signal) {
  const unheard: string[] = [];
  const parts = {
    db: store.db,
    clock: { now: () => now, sleep: async () => undefined },
    channels: new Map(channels.map((channel) => [channel.name, channel])),
    hardStop,
    random: () => 1,
    onUnheard: (title: string) => unheard.push(title),
  };
  return { parts: parts as unknown as PeopleParts, unheard };
}

function channel(name: string, answer: Delivery | null) {
  const got: Notice[] = [];
  const made: Channel = {
    name,
    pages: false,
    wants: () => true,
    send: async () => SENT,
    ...(answer === null
      ? {}
      : {
          notice: async (notice: Notice) => {
            got.push(notice);
            return answer;
          },
        }),
  };
  return Object.assign(made, { got });
}

async function owed() {
  const [handed] = await oweNotice(store.db, NOTICE, NOW);
  const row = await findRow(store.db, handed?.id ?? 0);
  if (row === undefined) throw new Error('the row is not there');
  return row;
}

test('it goes to the first channel that takes it, and is over', async () => {
  const row = await owed();
  const [pagers, away, slack, last] = [
    channel('pagers', null),
    channel('away', RETRY),
    channel('slack', SENT),
    channel('last', SENT),
  ];
  await noticeRow(people(NOW, [pagers, away, slack, last]).parts, row);
  expect([away.got, slack.got, last.got]).toEqual([[NOTICE], [NOTICE], []]);
  expect(await findRow(store.db, row.id)).toBeUndefined();
});

test('while no channel takes it, it is tried again for a day, and then the log has it', async () => {
  const row = await owed();
  const away = channel('slack', RETRY);
  const first = people(NOW + 5, [away]);
  await noticeRow(first.parts, row);
  expect(await findRow(store.db, row.id)).toMatchObject({ dueAt: NOW + 1_005, attempts: 1 });
  expect(first.unheard).toEqual([]);
  const last = people(NOW + 1_440 * MINUTE, [away]);
  await noticeRow(last.parts, row);
  expect(await findRow(store.db, row.id)).toBeUndefined();
  expect(last.unheard).toEqual(['one phone']);
});

test('where no channel is for news, the log has it at once', async () => {
  const row = await owed();
  const { parts, unheard } = people(NOW, [channel('pagers', null)]);
  await noticeRow(parts, row);
  expect(unheard).toEqual(['one phone']);
  expect(await findRow(store.db, row.id)).toBeUndefined();
});

test('cut off by the end of the service it is no failure, and the next start sends it', async () => {
  const row = await owed();
  await noticeRow(people(NOW + 7, [channel('slack', RETRY)], AbortSignal.abort()).parts, row);
  expect(await findRow(store.db, row.id)).toMatchObject({ dueAt: NOW + 7, attempts: 0 });
});
