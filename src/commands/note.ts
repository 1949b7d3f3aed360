import { noteOn } from '../approve/note.ts';
import { NOTE_ABOUT, readNote } from '../domain/note.ts';
import { systemClock } from '../domain/time.ts';
import { leaveToRelay } from '../store/outbox.ts';
import { beside } from './beside.ts';
import { who } from './who.ts';

/** Writes words into the history of an incident, open or ended. Exit code 1 where there is none, 2 where nothing is said. */
export async function note(id: string, words: readonly string[]): Promise<0 | 1 | 2> {
  const said = readNote(words.join(' '));
  if (said === null) {
    process.stderr.write(`error: say what is to be noted; it may begin with ${NOTE_ABOUT.join(':, ')}:\n`);
    return 2;
  }
  const { outcome } = await beside((db) =>
    db.transaction(async (sql) => {
      const from = { by: who(), via: 'command line', person: null };
      const noting = await noteOn(sql, id, said, from, systemClock.now());
      await leaveToRelay(sql, noting.handed);
      return noting;
    }),
  );
  process.stdout.write(outcome === 'noted' ? `Noted on ${id}\n` : `No incident is called ${id}\n`);
  return outcome === 'noted' ? 0 : 1;
}
