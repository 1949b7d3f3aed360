import type { Entry } from './event.ts';

/** What a note can be about, as it is prefixed. The report shows it at the place of that name. */
export const NOTE_ABOUT = ['cause', 'fix', 'lesson', 'impact', 'todo', 'post-mortem'] as const;

export type NoteAbout = (typeof NOTE_ABOUT)[number];

/** What somebody wrote down about an incident. */
export interface Note {
  /** Null is an update without a place of its own. */
  readonly about: NoteAbout | null;
  readonly text: string;
}

/** Reads `cause: the pool was exhausted`. A prefix that nobody knows belongs to the words. Null where nothing is said. */
export function readNote(words: string): Note | null {
  const trimmed = words.trim();
  const [, prefix = '', rest = ''] = /^([a-z-]{3,12})\s?:\s*(.*)$/is.exec(trimmed) ?? [];
  const about = NOTE_ABOUT.find((one) => one === prefix.toLowerCase().replace('postmortem', 'post-mortem')) ?? null;
  const text = about === null ? trimmed : rest.trim();
  return text === '' ? null : { about, text };
}

/** A note as the timeline has it. */
export interface NotedEntry extends Note {
  readonly by: string;
}

/** What an entry of a timeline says as a note; null where it is none. */
export function noteIn({ type, data }: Entry): NotedEntry | null {
  if (type !== 'noted' || typeof data.text !== 'string' || typeof data.by !== 'string') return null;
  return { about: NOTE_ABOUT.find((one) => one === data.about) ?? null, text: data.text, by: data.by };
}
