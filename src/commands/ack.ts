import { advance } from '../domain/incident.ts';
import { systemClock } from '../domain/time.ts';
import { lockIncidents } from '../store/incidents.ts';
import { leaveToRelay } from '../store/outbox.ts';
import { record } from '../store/record.ts';
import { beside } from './beside.ts';
import { who } from './who.ts';

/** Takes an incident over: its deadline pages nobody any more. Exit code 1 where there is no such open incident. */
export async function ack(id: string): Promise<0 | 1> {
  const by = who();
  const taken = await beside((db) =>
    db.transaction(async (sql) => {
      const now = systemClock.now();
      const before = (await lockIncidents(sql, [id])).get(id);
      const step = before === undefined ? null : advance(before.incident, { type: 'acknowledged', by }, now);
      if (before === undefined || step === null) return false;
      const entry = {
        type: 'acknowledged',
        reason: 'acknowledged',
        summary: `${by} took it over`,
        data: { by },
      } as const;
      const handed = await record(sql, [{ before, after: step.incident, entries: [entry], owed: step.owed }], now);
      await leaveToRelay(sql, handed);
      return true;
    }),
  );
  process.stdout.write(taken ? `${id} is yours, ${by}\n` : `No open incident is called ${id}\n`);
  return taken ? 0 : 1;
}
