import type { Topic } from '../domain/event.ts';
import type { Time } from '../domain/time.ts';
import { compose } from '../notify/compose.ts';
import { channelsTold } from '../store/channels.ts';
import { beginClimbOf } from '../store/climbs.ts';
import { insertOutbox, type NewOutboxRow, type OutboxRow, strike, tellsBefore, wait } from '../store/outbox.ts';
import { isUnheard, noteHeard, noteUnheard } from '../store/unheard.ts';
import { nameOf } from './addresses.ts';
import { choose } from './choose.ts';
import { type Begun, begin, channelsOf, nextRow, sayCause } from './climb.ts';
import { addToHistory } from './history.ts';
import { remarksAfter, reportsAfter } from './owe-remarks.ts';
import { type PeopleParts, viewFor } from './people.ts';
import { strings } from './stand-in.ts';
import { whomOf } from './whom.ts';

/** How soon news looks again whether the news before it is on its way. */
const TURN = 250;

const NOBODY = 'no channel takes pages; configure notify';

/** Fans a piece of news out: one owed message for each channel that has anything to do for it. */
export async function tellRow(parts: PeopleParts, row: OutboxRow): Promise<void> {
  const { db, clock } = parts;
  const { incidentId } = row;
  if (incidentId === null) return void (await strike(db, [row.id]));
  const again = row.data.again === true;
  // By now somebody has heard of it, or it is over.
  if (again && !(await isUnheard(db, incidentId))) return void (await strike(db, [row.id]));
  if (await tellsBefore(db, incidentId, row.id)) return wait(db, row.id, clock.now() + TURN);
  const topic = row.data.topic as Topic;
  const view = await viewFor(parts, incidentId, []);
  const message = view === undefined ? null : compose(view, topic, clock.now());
  const told = await channelsTold(db, incidentId);
  const { channels, notes } =
    message === null ? { channels: [], notes: [] } : choose(parts.channels, parts.notify.channels, message, told);
  const names = channels.map(({ name }) => name);
  const places = [...told].filter((key) => key !== nameOf(key));
  const begun =
    topic === 'page' && view !== undefined && message?.topic === 'page' ? begin(parts, view, clock.now()) : null;
  const isLost = topic === 'page' && !channels.some((channel) => channel.pages);
  const handed = await db.transaction(async (sql) => {
    if ((await strike(sql, [row.id])) === 0) return [];
    const now = clock.now();
    if (topic === 'page' && message !== null)
      await noteUnheard(sql, incidentId, isLost ? NOBODY : 'it is on its way', now);
    if (topic === 'end') await noteHeard(sql, incidentId);
    const isFirst = begun !== null && (await beginClimbOf(sql, incidentId, begun.climb));
    const keys = isFirst ? toldKeys(begun, parts, names) : [...names, ...places];
    // What is told again is for whom it was for.
    const more = isFirst
      ? wordsFor(begun, parts, now)
      : { mention: strings(row.data.mention), say: strings(row.data.say) };
    const sends = keys.map((channel): NewOutboxRow => {
      const say = [...notes, ...more.say];
      const data = { channel, topic, mention: more.mention, ...(say.length === 0 ? {} : { say }) };
      return { kind: 'send', incidentId, runId: null, data, dueAt: now };
    });
    const next = isFirst ? nextRow(incidentId, begun.climb, now) : null;
    const remarks = view === undefined ? [] : remarksAfter(parts.incidents, view.incident, { topic, isFirst }, now);
    const rows = await insertOutbox(sql, [...sends, ...(next === null ? [] : [next]), ...remarks], now);
    // Behind the message in the thread, and so behind it here.
    const files =
      view === undefined || topic !== 'end' ? [] : reportsAfter(parts.channels, view.incident, keys, told, now);
    const reports = await insertOutbox(sql, files, now);
    if (!isLost) return [...rows, ...reports];
    return [
      ...rows,
      ...reports,
      ...(await addToHistory(sql, incidentId, 'untold', NOBODY, { channel: null, topic }, now)),
    ];
  });
  if (topic === 'page' && view !== undefined && !again) parts.onEscalated(view.incident.reason);
  if (isLost) parts.onUnreachable(incidentId, NOBODY);
  parts.handOver(handed);
}

/** Whom the first page is for, where that is more than whoever looks: people of a rotation, or a higher level. */
function wordsFor({ climb, levels }: Begun, { rotations }: PeopleParts, now: Time) {
  const whoms = levels.map((level) => ({ level, whom: whomOf(level, rotations, now) }));
  const said = whoms.filter(({ whom }, i) => i > 0 || whom.mention.length > 0);
  return {
    mention: whoms.flatMap(({ whom }) => whom.mention),
    say: said.map(({ level, whom }) => sayCause(level, 'page', climb, whom, now)),
  };
}

/** Every level that is told at once, each place once. What only informs the public is no matter of levels. */
function toldKeys({ levels }: Begun, { channels }: PeopleParts, wanting: readonly string[]): readonly string[] {
  const [paging, public_] = [true, false].map((pages) => wanting.filter((name) => channels.get(name)?.pages === pages));
  return [...new Set([...levels.flatMap((level) => channelsOf(level, channels, paging ?? [])), ...(public_ ?? [])])];
}
