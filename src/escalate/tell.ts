import type { Topic } from '../domain/event.ts';
import { compose } from '../notify/compose.ts';
import { readView } from '../notify/read-view.ts';
import { insertOutbox, type NewOutboxRow, type OutboxRow, strike, tellsBefore, wait } from '../store/outbox.ts';
import { addToHistory } from './history.ts';
import { type PeopleParts, viewSources } from './people.ts';

/** How soon news looks again whether the news before it is on its way. */
const TURN = 250;

const NOBODY = 'no channel takes pages; configure notify';

/** Fans a piece of news out: one owed message for each channel that has anything to do for it. */
export async function tellRow(parts: PeopleParts, row: OutboxRow): Promise<void> {
  const { incidentId } = row;
  if (incidentId === null) return;
  if (await tellsBefore(parts.db, incidentId, row.id)) return wait(parts.db, row.id, parts.clock.now() + TURN);
  const topic = row.data.topic as Topic;
  const view = await readView(viewSources(parts), incidentId, []);
  const message = view === undefined ? null : compose(view, topic, parts.clock.now());
  const wanting = [...parts.channels.values()].filter((channel) => message !== null && channel.wants(message));
  const isLost = wanting.length === 0 && topic === 'page';
  const handed = await parts.db.transaction(async (sql) => {
    if ((await strike(sql, [row.id])) === 0) return [];
    const now = parts.clock.now();
    const sends = wanting.map(({ name }): NewOutboxRow => {
      return { kind: 'send', incidentId, runId: null, data: { channel: name, topic }, dueAt: now };
    });
    const rows = await insertOutbox(sql, sends, now);
    if (!isLost) return rows;
    return [...rows, ...(await addToHistory(sql, incidentId, 'untold', NOBODY, { channel: null, topic }, now))];
  });
  if (topic === 'page' && view !== undefined) parts.onEscalated(view.incident.reason);
  if (isLost) parts.onUnreachable(incidentId, NOBODY);
  parts.handOver(handed);
}
