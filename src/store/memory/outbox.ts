import type { Time } from '../../domain/time.ts';
import type { OutboxLedger } from '../ledger.ts';
import { HANDED_FOR, type Handed, type OutboxRow } from '../outbox.ts';
import { dueHeap } from './due-heap.ts';
import { indexSets } from './index-sets.ts';

/** Work owed, in memory. */
export interface MemoryOutbox extends Omit<OutboxLedger, 'wakeHeld'> {
  /** When the next row wants to be handed over that nobody has; null where there is none. */
  nextDue(): Time | null;
  /** Whether a decision about the incident is to be made later. */
  isPutOff(incidentId: string, now: Time): boolean;
  /** Has the decisions about these incidents made now, where they were to be made later. At most so many. */
  hasten(incidentIds: Iterable<string>, now: Time, limit: number): Handed[];
  count(): number;
}

interface Kept {
  readonly row: OutboxRow;
  readonly queuedUntil: Time | null;
  readonly handed: number;
}

export function memoryOutbox(): MemoryOutbox {
  const rows = new Map<number, Kept>();
  const decisions = indexSets<string, number>();
  const due = dueHeap();
  let last = 0;

  const wants = ({ row, queuedUntil }: Kept) => Math.max(row.dueAt, queuedUntil ?? row.dueAt);

  function put(kept: Kept): void {
    rows.set(kept.row.id, kept);
    due.push(wants(kept), kept.row.id);
  }

  /** Drops from the heap what was struck or put elsewhere. */
  function next(): { readonly at: Time; readonly id: number } | undefined {
    for (let top = due.peek(); top !== undefined; top = due.peek()) {
      const kept = rows.get(top.id);
      if (kept !== undefined && wants(kept) === top.at) return top;
      due.pop();
    }
    return undefined;
  }

  function hand({ row, handed }: Kept, dueAt: Time, now: Time): Handed {
    put({ row: { ...row, dueAt }, queuedUntil: now + HANDED_FOR, handed: handed + 1 });
    return { id: row.id, kind: row.kind, handed: handed + 1 };
  }

  return {
    count: () => rows.size,
    nextDue: () => next()?.at ?? null,
    async lockRows(ids, now) {
      return [...new Set(ids)]
        .sort((a, b) => a - b)
        .flatMap((id) => rows.get(id)?.row ?? [])
        .filter(({ dueAt }) => dueAt <= now);
    },
    async claimDue(now, limit) {
      const found: Kept[] = [];
      for (let top = next(); top !== undefined && top.at <= now && found.length < limit; top = next()) {
        const kept = rows.get(top.id);
        due.pop();
        if (kept !== undefined) found.push(kept);
      }
      return found.map((kept) => hand(kept, kept.row.dueAt, now));
    },
    async insertOutbox(news, now) {
      return news.flatMap((fresh) => {
        last += 1;
        const row: OutboxRow = { ...fresh, id: last, attempts: 0, createdAt: now, lastError: null };
        const isDue = row.dueAt <= now;
        put({ row, queuedUntil: isDue ? now + HANDED_FOR : null, handed: 1 });
        if (row.kind === 'decide' && row.incidentId !== null) decisions.add(row.incidentId, row.id);
        return isDue ? [{ id: row.id, kind: row.kind, handed: 1 }] : [];
      });
    },
    async strike(ids) {
      let stood = 0;
      for (const id of ids) {
        const kept = rows.get(id);
        if (kept === undefined) continue;
        stood += 1;
        rows.delete(id);
        if (kept.row.incidentId !== null) decisions.delete(kept.row.incidentId, id);
      }
      return stood;
    },
    isPutOff: (incidentId, now) => [...decisions.get(incidentId)].some((id) => (rows.get(id)?.row.dueAt ?? now) > now),
    hasten(incidentIds, now, limit) {
      const handed: Handed[] = [];
      for (const incidentId of incidentIds) {
        for (const id of decisions.get(incidentId)) {
          if (handed.length >= limit) return handed;
          const kept = rows.get(id);
          if (kept !== undefined && kept.row.dueAt > now) handed.push(hand(kept, now, now));
        }
      }
      return handed;
    },
  };
}
