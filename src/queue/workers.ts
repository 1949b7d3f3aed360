import type { Clock } from '../domain/time.ts';
import { isAway } from '../store/away.ts';
import type { Db } from '../store/db.ts';
import { findRow, type OutboxKind, type OutboxRow, putOff } from '../store/outbox.ts';
import type { Backend } from './backend.ts';
import { LANES, type Lane } from './lanes.ts';
import { queueName } from './relay.ts';
import type { WakeUpWorker } from './wake-up.ts';

/** What does the work that a row owes. `decide` takes many rows at once. */
export interface Handlers {
  decide(rowIds: readonly number[]): Promise<void>;
  readonly one: Readonly<Record<Exclude<OutboxKind, 'decide'>, (row: OutboxRow) => Promise<void>>>;
}

export interface WorkParts {
  readonly db: Db;
  readonly clock: Clock;
  readonly handlers: Handlers;
  /** Why this process decides and runs nothing; null where it does. */
  refusal(): string | null;
  onError(error: Error, what: string): void;
}

/** Waits after a handler has failed: 1, 2, 4, … up to 30 seconds. */
function retryAfter(attempts: number): number {
  return Math.min(30_000, 1_000 * 2 ** Math.min(attempts, 5));
}

/** Does the work of some rows. Never throws: what fails is put off and comes back. */
export type Work = (lane: Lane, ids: readonly number[]) => Promise<void>;

/**
 * The work of this process. A row that waits long in the queue is handed over again, and where the queue is away it may be
 * handed over twice; each row is worked on once at a time, so that no run is carried out beside itself.
 */
export function createWork(parts: WorkParts): Work {
  const underway = new Set<number>();
  return async (lane, ids) => {
    // Left alone, the rows come back, and go to a replica that acts.
    if ((lane === 'decide' || lane === 'execute') && parts.refusal() !== null) return;
    const free = ids.filter((id) => !underway.has(id));
    for (const id of free) underway.add(id);
    try {
      if (lane === 'decide') await decideAll(parts, free);
      else for (const id of free) await guarded(parts, lane, id, () => doOne(parts, id));
    } finally {
      for (const id of free) underway.delete(id);
    }
  };
}

/** Together, and one by one where that fails: one incident that cannot be decided must not hold up all the others. */
async function decideAll(parts: WorkParts, ids: readonly number[]): Promise<void> {
  if (ids.length === 0) return;
  try {
    await parts.handlers.decide(ids);
  } catch (error) {
    parts.onError(error as Error, `deciding ${ids.length} together failed`);
    // Asking a database that is away five hundred times more would not help.
    if (ids.length === 1 || isAway(error)) return putAllOff(parts, ids, error as Error);
    for (const id of ids) await guarded(parts, 'decide', id, () => parts.handlers.decide([id]));
  }
}

async function guarded(parts: WorkParts, lane: Lane, id: number, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    parts.onError(error as Error, `work for '${lane}' failed and is put off`);
    await comeBack(parts, id, error as Error);
  }
}

async function putAllOff(parts: WorkParts, ids: readonly number[], error: Error): Promise<void> {
  await Promise.all(ids.map((id) => comeBack(parts, id, error)));
}

async function doOne(parts: WorkParts, id: number): Promise<void> {
  const row = await findRow(parts.db, id);
  // It is done already, or was put off since: this wake-up is late.
  if (row === undefined || row.kind === 'decide' || row.dueAt > parts.clock.now()) return;
  await parts.handlers.one[row.kind](row);
}

async function comeBack(parts: WorkParts, id: number, error: Error): Promise<void> {
  try {
    const row = await findRow(parts.db, id);
    if (row !== undefined) await putOff(parts.db, id, parts.clock.now() + retryAfter(row.attempts), error.message);
  } catch {
    // The database is away. The row comes back by itself once its hand-over has expired.
  }
}

/** How many jobs of a lane one process works on at once. */
export type Concurrency = Readonly<Record<Lane, number>>;

/** Starts one worker for each lane. */
export function startWorkers(work: Work, backend: Backend, prefix: string, concurrency: Concurrency): WakeUpWorker[] {
  return LANES.map((lane) => backend.worker(queueName(prefix, lane), concurrency[lane], ({ ids }) => work(lane, ids)));
}
