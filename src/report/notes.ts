import { type NoteAbout, noteIn } from '../domain/note.ts';
import { text } from './markdown.ts';
import type { ReportView } from './view.ts';

/** More than anybody writes about one thing; the timeline has all of them. */
const MOST = 20;

/** What people noted about one thing, as lines of a list; empty where nobody did. */
export function notedAbout({ timeline }: Pick<ReportView, 'timeline'>, about: NoteAbout): readonly string[] {
  const notes = timeline.flatMap((entry) => noteIn(entry) ?? []).filter((note) => note.about === about);
  return notes.slice(-MOST).map(({ text: said, by }) => `- ${text(said, 1_000)} – ${text(by, 60)}`);
}

/** A place for what only a person can know, clear enough not to be taken for an answer. */
export function gap(what: string, id: string, about: NoteAbout): string {
  return `> **To fill in:** ${what} \`/remedyd note ${id} ${about}: …\` puts it here.`;
}
