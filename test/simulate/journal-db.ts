import type { Incident } from '../../src/domain/incident.ts';
import type { JournalRow, Phase } from '../../src/execute/journal.ts';
import type { Db } from '../../src/store/db.ts';
import { troubleIsBack } from './all-clear.ts';
import type { Parts } from './parts.ts';

/** The statements that the real journal and the real hold use, by their names. */
type Statement = (values: readonly unknown[]) => readonly object[] | number;

/**
 * Lets the service's own journal and hold work on the simulated tables. Each statement waits for its turn, and so does
 * the answer to a write: a process can die, or sleep, between what it has written and knowing of it.
 */
export function journalDb(parts: Parts): Db {
  const { db, life, witness } = parts;
  const time = (value: unknown) => (value as Date).getTime();
  const statements: Readonly<Record<string, Statement>> = {
    'read-journal': ([id]) => db.journal.get(String(id)) ?? [],
    'find-incident': ([id]) => {
      const incident = db.incidents.get(String(id));
      return incident === undefined ? [] : [asRow(incident)];
    },
    'trouble-is-back': ([id]) => (troubleIsBack(db, String(id)) ? [{}] : []),
    'standing-pauses': ([now]) => db.standingPauses(time(now)),
    'append-journal': ([id, fence, step, phase, at, data]) => {
      const [runId, name] = [String(id), String(step)];
      const row: JournalRow = { step: name, phase: phase as Phase, at: time(at), data: JSON.parse(String(data)) };
      if (!db.appendJournal(runId, Number(fence), row)) return 0;
      parts.tell(life.replica, `writes ${runId} ${name} ${row.phase}`);
      witness.written(runId, Number(fence), name, row.phase);
      return 1;
    },
    'keep-run': ([id, fence, until]) => db.keepRun(String(id), Number(fence), time(until)),
    'keep-handed': ([id, until]) => {
      db.updateRow(Number(id), { queuedUntil: time(until) });
      return 1;
    },
  };

  async function send(name: string | undefined, values: readonly unknown[]): Promise<readonly object[] | number> {
    const statement = statements[name ?? ''];
    if (statement === undefined) throw new Error(`The simulation does not know the statement '${name}': add it here`);
    await life.turn(`asks the database: ${name}`);
    const answer = statement(values);
    if (name === 'append-journal') await life.turn('hears that the line is written');
    return answer;
  }

  return {
    query: async (_text, values = [], name) => (await send(name, values)) as never,
    run: async (_text, values = [], name) => (await send(name, values)) as number,
    transaction: () => Promise.reject(new Error('The journal of a run needs no transaction')),
    snapshot: () => Promise.reject(new Error('The journal of a run needs no snapshot')),
    connect: () => Promise.reject(new Error('There is no connection in a simulation')),
    close: async () => undefined,
  };
}

/** As the store reads it: names in snake case, the target in two columns. */
function asRow({ target, ...fields }: Incident): object {
  const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  const row = Object.fromEntries(Object.entries(fields).map(([name, value]) => [snake(name), value]));
  return { ...row, target_kind: target.kind, target_id: target.id, seq: 0, head: '' };
}
