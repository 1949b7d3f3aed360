import { expect, test } from 'vitest';
import type { AnswerParts } from '../../../src/approve/parts.ts';
import { toStored } from '../../../src/approve/request.ts';
import { answerRow } from '../../../src/approve/stage.ts';
import { saveThread } from '../../../src/store/channels.ts';
import { findIncident } from '../../../src/store/incidents.ts';
import { findRow, insertOutbox } from '../../../src/store/outbox.ts';
import { NOW, openOne, openStore } from '../store/store.ts';

test('P8: what somebody resolves in PagerDuty while a run is under way is opened there again, with the reason', async () => {
  await using store = await openStore();
  const { db } = store;
  const { id } = await openOne(db, 'cup', { state: 'running', reason: 'admitted', runId: 'run-1', pagedAt: NOW });
  for (const channel of ['pagerduty', 'pagerduty:leads', 'slack']) await saveThread(db, id, channel, {});
  const data = toStored({ kind: 'pagerduty', type: 'resolved', incident: id, by: 'Ana' });
  const [{ id: rowId } = { id: 0 }] = await insertOutbox(
    db,
    [{ kind: 'answer', incidentId: null, runId: null, data, dueAt: NOW }],
    NOW,
  );
  const row = (await findRow(db, rowId)) ?? expect.unreachable();
  const nothing = () => undefined;
  const parts = { db, clock: { now: () => NOW }, desk: null, handOver: nothing, onAnswer: nothing };
  await answerRow(parts as unknown as AnswerParts, row);
  expect((await findIncident(db, id))?.incident.state).toBe('running');
  const owed = await db.query<{ data: object }>(`select data from remedyd.outbox where kind = 'send' order by id`);
  const say = ['Ana resolved it in PagerDuty, but a run is under way: it stays open until that has ended.'];
  expect(owed.map((one) => one.data)).toEqual(
    ['pagerduty', 'pagerduty:leads'].map((channel) => ({ channel, topic: 'page', say })),
  );
});
