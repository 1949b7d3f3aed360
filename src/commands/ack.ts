import { takeOver } from '../approve/acknowledge.ts';
import { systemClock } from '../domain/time.ts';
import { leaveToRelay } from '../store/outbox.ts';
import { beside } from './beside.ts';
import { who } from './who.ts';

/** Takes an incident over: its deadline pages nobody any more. Exit code 1 where there is no such open incident. */
export async function ack(id: string): Promise<0 | 1> {
  const by = who();
  const { outcome } = await beside((db) =>
    db.transaction(async (sql) => {
      const taken = await takeOver(sql, id, by, 'command line', systemClock.now());
      await leaveToRelay(sql, taken.handed);
      return taken;
    }),
  );
  const isYours = outcome === 'taken' || outcome === 'theirs';
  process.stdout.write(isYours ? `${id} is yours, ${by}\n` : `No open incident is called ${id}\n`);
  return isYours ? 0 : 1;
}
