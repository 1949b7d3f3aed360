import type { Topic } from '../domain/event.ts';
import { compose } from '../notify/compose.ts';
import { readView } from '../notify/read-view.ts';
import { placesTold } from '../store/channels.ts';
import { beginClimbOf } from '../store/climbs.ts';
import { insertOutbox, type NewOutboxRow, type OutboxRow, strike, tellsBefore, wait } from '../store/outbox.ts';
import { type Begun, begin, channelsOf, nextRow } from './climb.ts';
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
  const names = wanting.map(({ name }) => name);
  const begun =
    topic === 'page' && view !== undefined && message?.topic === 'page' ? begin(parts, view, parts.clock.now()) : null;
  const isLost = wanting.length === 0 && topic === 'page';
  const handed = await parts.db.transaction(async (sql) => {
    if ((await strike(sql, [row.id])) === 0) return [];
    const now = parts.clock.now();
    const isFirst = begun !== null && (await beginClimbOf(sql, incidentId, begun.climb));
    const keys = isFirst ? toldKeys(begun, parts, names) : [...names, ...(await placesTold(sql, incidentId))];
    const sends = keys.map((channel): NewOutboxRow => {
      return { kind: 'send', incidentId, runId: null, data: { channel, topic }, dueAt: now };
    });
    const next = isFirst ? nextRow(incidentId, begun.climb, now) : null;
    const rows = await insertOutbox(sql, next === null ? sends : [...sends, next], now);
    if (!isLost) return rows;
    return [...rows, ...(await addToHistory(sql, incidentId, 'untold', NOBODY, { channel: null, topic }, now))];
  });
  if (topic === 'page' && view !== undefined) parts.onEscalated(view.incident.reason);
  if (isLost) parts.onUnreachable(incidentId, NOBODY);
  parts.handOver(handed);
}

/** Every level that is told at once, each place once. */
function toldKeys({ levels }: Begun, { channels }: PeopleParts, wanting: readonly string[]): readonly string[] {
  return [...new Set(levels.flatMap((level) => channelsOf(level, channels, wanting)))];
}
