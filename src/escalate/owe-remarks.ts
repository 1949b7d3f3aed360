import { nextReminder, postMortemDueAt } from '../domain/cadence.ts';
import type { Topic } from '../domain/event.ts';
import type { Incident } from '../domain/incident.ts';
import type { Time } from '../domain/time.ts';
import type { NewOutboxRow } from '../store/outbox.ts';
import { channelAt } from './addresses.ts';
import type { PeopleParts } from './people.ts';

/** What is said in threads, beside the messages: a reminder, a note, that a post-mortem is due, the report. */
export type About = 'reminder' | 'note' | 'post-mortem' | 'report';

/** One owed remark, to be fanned out to the threads of its incident. */
export function remarkRow(incidentId: string, about: About, dueAt: Time, more = {}): NewOutboxRow {
  return { kind: 'remark', incidentId, runId: null, data: { about, ...more }, dueAt };
}

/** What a piece of news owes for later: reminders from the first page on, and the post-mortem from the end. */
export function remarksAfter(
  { updates, post_mortem }: PeopleParts['incidents'],
  incident: Incident,
  { topic, isFirst }: { readonly topic: Topic; readonly isFirst: boolean },
  now: Time,
): readonly NewOutboxRow[] {
  const reminder = isFirst ? nextReminder(updates, incident, null, now) : null;
  const due = topic === 'end' ? postMortemDueAt(post_mortem, incident) : null;
  return [
    ...(reminder === null ? [] : [remarkRow(incident.id, 'reminder', reminder)]),
    ...(due === null ? [] : [remarkRow(incident.id, 'post-mortem', due)]),
  ];
}

/**
 * The reports that the end of an incident owes: to every place that takes files and had a thread about it, or is about to. What
 * healed without anybody hearing of it begins no thread but with its end, and needs no file there.
 */
export function reportsAfter(
  channels: PeopleParts['channels'],
  { id, pagedAt }: Incident,
  keys: readonly string[],
  told: ReadonlySet<string>,
  now: Time,
): readonly NewOutboxRow[] {
  return keys
    .filter((key) => channelAt(channels, key)?.channel.attach !== undefined && (pagedAt !== null || told.has(key)))
    .map((channel) => {
      const data = { channel, about: 'report' };
      return { kind: 'reply', incidentId: id, runId: null, data, dueAt: now };
    });
}
