import type { Topic } from '../domain/event.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import { channelStates } from '../store/channels.ts';
import { type Handed, insertOutbox, isToldAgain, type NewOutboxRow, type OutboxRow } from '../store/outbox.ts';
import type { Sql } from '../store/sql.ts';
import { isUnheard, whyUnheard } from '../store/unheard.ts';
import { nameOf } from './addresses.ts';
import type { PeopleParts } from './people.ts';

/** How soon a page that every channel has refused is told to all of them once more. */
const AGAIN = 300_000;

export interface Failure {
  readonly topic: Topic;
  /** What those who get it instead are told. */
  readonly note: string;
  /** Refused, and not only late: then every other channel says so, and not only the next one. */
  readonly forGood: boolean;
}

/**
 * Says elsewhere what one channel could not: a page that reaches nobody is the worst of all outcomes. Late ones go to the
 * next channel of the fall-back order that works, refused ones to every other channel. Each channel is asked once for
 * each message, so that nothing is passed round in circles.
 */
export async function standIn(
  sql: Sql,
  parts: PeopleParts,
  row: OutboxRow,
  { topic, note, forGood }: Failure,
  now: number,
): Promise<Handed[]> {
  const { incidentId } = row;
  const own = nameOf(String(row.data.channel));
  if (incidentId === null || parts.channels.get(own)?.pages === false || (topic !== 'page' && topic !== 'ask'))
    return [];
  if (topic === 'page') await whyUnheard(sql, incidentId, note);
  // A place that was refused says nothing of the channel's own one; a channel that is late is late everywhere.
  const tried = [...strings(row.data.tried), forGood ? String(row.data.channel) : own];
  const left = (names: readonly string[]) =>
    names.filter((name) => !tried.includes(name) && canSay(parts, name, topic));
  const { order } = parts.notify.fallback;
  const others = forGood ? left([...new Set([...order, ...parts.channels.keys()])]) : left(order);
  if (others.length === 0) return nobodyLeft(sql, parts, row, incidentId, { topic, note, forGood }, now);
  const chosen = forGood ? others : await firstThatWorks(sql, others);
  const notes = [...strings(row.data.notes), note];
  const rows = chosen.map((channel): NewOutboxRow => {
    // For the same people, and with the same words.
    const data = {
      ...passedOn(row),
      channel,
      topic,
      notes,
      tried: [...tried, ...chosen.filter((name) => name !== channel)],
    };
    return { kind: 'send', incidentId, runId: null, data, dueAt: now };
  });
  return insertOutbox(sql, rows, now);
}

function canSay({ channels }: PeopleParts, name: string, topic: Topic): boolean {
  const channel = channels.get(name);
  return channel?.pages === true && (topic !== 'ask' || channel.asks !== false);
}

/** Whom a page is for, and why they are told. */
function passedOn({ data: { mention, say, level } }: OutboxRow): JsonObject {
  const known = Object.entries({ mention, say, level }).filter((one): one is [string, Json] => one[1] !== undefined);
  return Object.fromEntries(known);
}

/** All of them where none works: which one is back first nobody knows. */
async function firstThatWorks(sql: Sql, names: readonly string[]): Promise<readonly string[]> {
  const failing = (await channelStates(sql)).filter((state) => state.failingSince !== null).map(({ name }) => name);
  const first = names.find((name) => !failing.includes(name));
  return first === undefined ? names : [first];
}

async function nobodyLeft(
  sql: Sql,
  parts: PeopleParts,
  row: OutboxRow,
  incidentId: string,
  { topic, note, forGood }: Failure,
  now: number,
): Promise<Handed[]> {
  // Another channel has taken it: it is late or missing here, and no more than that.
  if (topic === 'page' && !(await isUnheard(sql, incidentId))) return [];
  parts.onUnreachable(incidentId, note);
  if (topic !== 'page' || !forGood || (await isToldAgain(sql, incidentId))) return [];
  const data = { ...passedOn(row), topic, again: true };
  return insertOutbox(sql, [{ kind: 'tell', incidentId, runId: null, data, dueAt: now + AGAIN }], now);
}

export function strings(value: Json | undefined): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
