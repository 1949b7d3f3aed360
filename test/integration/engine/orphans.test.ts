import { expect, test } from 'vitest';
import {
  insertOutbox,
  leaveToRelay,
  type NewOutboxRow,
  OUTBOX_KINDS,
  type OutboxKind,
} from '../../../src/store/outbox.ts';
import { startEngine } from './engine.ts';

/** What each kind of row says beside whom it is about. */
const DATA: Readonly<Partial<Record<OutboxKind, NewOutboxRow['data']>>> = {
  expire: { approvalId: 'apr-gone' },
  count: { approvalId: 'apr-gone' },
  tell: { topic: 'page' },
  send: { channel: 'slack', topic: 'page' },
  notice: { title: 'News', lines: [] },
  answer: {
    kind: 'answer',
    approval: 'apr-gone',
    answer: 'approve',
    why: null,
    again: false,
    person: { id: 'U0ANNA', name: 'anna' },
  },
};

test('work owed for what is gone is struck, whatever kind it is, and wakes nobody', async () => {
  await using engine = await startEngine();
  const { db } = engine.daemon;
  const now = Date.now();
  const row = (kind: OutboxKind, incidentId: string | null, runId: string | null): NewOutboxRow => {
    return { kind, incidentId, runId, data: DATA[kind] ?? {}, dueAt: now };
  };
  const rows = OUTBOX_KINDS.flatMap((kind) => [row(kind, 'inc-gone', 'run-gone'), row(kind, null, null)]);
  await db.transaction(async (sql) => leaveToRelay(sql, await insertOutbox(sql, rows, now)));
  const left = () =>
    db.query<{ kind: string; error: string | null }>(
      'select kind, last_error as error from remedyd.outbox order by id',
      [],
    );
  await expect.poll(left, { timeout: 20_000 }).toEqual([]);
  expect(engine.pagerduty.events).toEqual([]);
});
