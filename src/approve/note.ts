import type { Note } from '../domain/note.ts';
import type { Time } from '../domain/time.ts';
import { cleanLine } from '../notify/say/clean.ts';
import { lockIncidents } from '../store/incidents.ts';
import { type Handed, insertOutbox } from '../store/outbox.ts';
import { record } from '../store/record.ts';
import type { Sql } from '../store/sql.ts';

export interface Noting {
  readonly outcome: 'noted' | 'unknown';
  readonly handed: readonly Handed[];
}

/** As much as is kept of one note; whoever has more to say has a place for it that the note can name. */
const MOST = 1_000;

/**
 * Writes down what somebody says about an incident, open or ended: into its history, for good, without secrets. Its threads
 * are told.
 *
 * @param who `via` is where they said it, such as `Slack`; `person` their Slack user id, where there is one
 */
export async function noteOn(
  sql: Sql,
  incidentId: string,
  { about, text }: Note,
  who: { readonly by: string; readonly via: string; readonly person: string | null },
  now: Time,
): Promise<Noting> {
  const before = (await lockIncidents(sql, [incidentId])).get(incidentId);
  if (before === undefined) return { outcome: 'unknown', handed: [] };
  const by = cleanLine(who.by, 60);
  const note = { by, about, text: cleanLine(text, MOST) };
  const data = { ...note, via: who.via, ...(who.person === null ? {} : { person: who.person }) };
  const summary = `${by} noted (${who.via}): ${about === null ? '' : `${about}: `}${note.text}`;
  const after = { ...before.incident, version: before.incident.version + 1 };
  const entry = { type: 'noted', reason: null, summary, data };
  const handed = await record(sql, [{ before, after, entries: [entry], owed: [] }], now);
  const remark = {
    kind: 'remark',
    incidentId,
    runId: null,
    data: { ...note, about: 'note', of: about },
    dueAt: now,
  } as const;
  return { outcome: 'noted', handed: [...handed, ...(await insertOutbox(sql, [remark], now))] };
}
