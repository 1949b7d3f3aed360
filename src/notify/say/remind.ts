import { formatDuration } from '../../domain/duration.ts';
import { type NotedEntry, noteIn } from '../../domain/note.ts';
import type { Millis, Time } from '../../domain/time.ts';
import type { Attachment, Remark } from '../remark.ts';
import type { IncidentView } from '../view.ts';
import { cleanLine } from './clean.ts';
import { place, subject } from './headline.ts';
import { nowAt } from './now.ts';
import { when } from './when.ts';

/** Asks those who are at it how it stands: how long it has been open, who has it, what remedyd does, and how to note it. */
export function reminder(view: IncidentView, every: Millis, now: Time): Remark {
  const { incident, timeline } = view;
  const { id, openedAt, severity, ackedBy, ackedAt } = incident;
  const last = timeline.findLast(({ type }) => type === 'noted');
  const note = last === undefined ? null : noteIn(last);
  const whose =
    ackedBy === null
      ? `Take it, so that nobody else is woken: remedyd ack ${id}`
      : `${cleanLine(ackedBy, 60)} took it${ackedAt === null ? '' : ` at ${when(ackedAt, now)}`}.`;
  return {
    title: `An update is due: ${subject(view)} on ${place(incident.target)} has been open for ${formatDuration(now - openedAt)} (${severity})`,
    lines: [
      nowAt(view, now),
      whose,
      ...(note === null || last === undefined ? [] : [`The last note, ${when(last.at, now)}: ${sayNote(note)}`]),
      `Note how it stands: /remedyd note ${id} what is new. The next reminder comes ${formatDuration(every)} after it.`,
    ],
  };
}

/** Tells the thread what somebody noted. */
export function noted(note: NotedEntry): Remark {
  return { title: `${cleanLine(note.by, 60)} noted`, lines: [sayNote(note)] };
}

function sayNote({ about, text }: NotedEntry): string {
  return cleanLine(`${about === null ? '' : `${about}: `}${text}`, 1_000);
}

/** Says that nobody has written the post-mortem yet. */
export function postMortemReminder(view: IncidentView, now: Time): Remark {
  const { incident } = view;
  const { id, openedAt, endedAt } = incident;
  const lasted =
    endedAt === null ? '' : ` It lasted ${formatDuration(endedAt - openedAt)} and ended at ${when(endedAt, now)}.`;
  return {
    title: `The post-mortem is due: ${subject(view)} on ${place(incident.target)}`,
    lines: [
      `Nobody has noted one for this ${incident.severity} incident.${lasted}`,
      `When it is written: /remedyd note ${id} post-mortem: where it is`,
      howToRead(id, null),
    ],
  };
}

/** The report as a file. */
export function reportFile(id: string, markdown: string, statusUrl: string | null): Attachment {
  return {
    name: `${id}.md`,
    title: `Incident report ${id}`,
    text: markdown,
    instead: [howToRead(id, statusUrl)],
  };
}

function howToRead(id: string, statusUrl: string | null): string {
  const url = statusUrl === null ? '' : `, or ${statusUrl}/report.md`;
  return `The report: remedyd report ${id}${url}`;
}
