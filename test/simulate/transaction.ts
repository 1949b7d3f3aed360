import type { Time } from '../../src/domain/time.ts';
import { identityKey } from '../../src/ingest/batch.ts';
import type { Ledger } from '../../src/store/ledger.ts';
import { HANDED_FOR, type Handed, type NewOutboxRow } from '../../src/store/outbox.ts';
import { type Change, rowsOwed } from '../../src/store/record.ts';
import { reads } from './ledger.ts';
import type { Parts } from './parts.ts';
import { noWrites, type StoredRow, type Writes } from './tables.ts';

const TRIES = 5;

/** A transaction that lost every race is put off, as the real one is. */
export class GaveUp extends Error {
  override readonly name = 'GaveUp';
}

/**
 * One transaction on the tables: the service's own code reads and writes against the ledger, and some time later the writes
 * are committed together, or somebody was faster and it begins again. Between the two, and between the commit and hearing
 * of it, anything may happen, the death of this process too.
 */
export async function transaction<T>(
  parts: Parts,
  what: string,
  work: (ledger: Ledger, writes: Writes) => Promise<T>,
): Promise<T> {
  const { db, life, seams } = parts;
  for (let tries = 0; tries < TRIES; tries += 1) {
    await life.turn(`${what}: begins`);
    const own = { life };
    const writes = noWrites();
    const result = await work(seams.ledger(openLedger(parts, own, writes), parts), writes);
    await life.turn(`${what}: commits`);
    const committed = commit(parts, writes);
    for (const [lock, holder] of db.locks) if (holder === own) db.locks.delete(lock);
    if (!committed) continue;
    await life.turn(`${what}: hears of it`);
    if (seams.owedWith === 'the hand-over') db.putRows(writes.outbox);
    return result;
  }
  throw new GaveUp(`${what}: somebody was faster ${TRIES} times`);
}

function commit({ db, seams, witness }: Parts, writes: Writes): boolean {
  const before = writes.changes.map(({ after }) => db.incidents.get(after.id) ?? null);
  const isLate = seams.owedWith === 'the hand-over';
  if (!db.commit(isLate ? { ...writes, outbox: [] } : writes)) return false;
  for (const [i, { after }] of writes.changes.entries()) witness.changed(before[i] ?? null, after);
  for (const { id, fence, ending } of writes.runEnds) witness.runEnds(id, fence, ending.outcome);
  return true;
}

/** The ledger as one transaction sees it. Its writes are gathered, and its locks are held until it ends. */
function openLedger({ db, life, seams }: Parts, own: object, writes: Writes): Ledger {
  const stands = (id: number) => db.outbox.has(id) && !writes.strikes.includes(id);

  async function lock(names: readonly string[]): Promise<void> {
    const free = () => names.every((name) => isFree(db.locks.get(name), own));
    if (!free()) await life.turn(`waits for ${names.join(' and ')}`, free);
    for (const name of names) db.locks.set(name, own);
  }

  function insert(rows: readonly NewOutboxRow[], now: Time): Handed[] {
    return seams.owed(rows).flatMap((row) => {
      const isDue = row.dueAt <= now;
      const queuedUntil = isDue ? now + HANDED_FOR : null;
      const stored: StoredRow = {
        ...row,
        runId: db.named(row.runId),
        incidentId: db.named(row.incidentId),
        data: row.data.approvalId === undefined ? row.data : { approvalId: db.named(String(row.data.approvalId)) },
        id: db.next(),
        attempts: 0,
        createdAt: now,
        lastError: null,
        queuedUntil,
        handed: 1,
      };
      writes.outbox.push(stored);
      return isDue ? [{ id: stored.id, kind: stored.kind, handed: 1 }] : [];
    });
  }

  return {
    ...reads(db),
    lockAdmission: () => lock(['the admission lock']),
    async lockCurrent(identities) {
      const known = identities.map(identityKey).filter((key) => db.current(key) !== undefined);
      await lock(known.map((key) => `alert ${key}`));
      return known.flatMap((key) => db.current(key) ?? []);
    },
    async insertEpisodes(episodes, current) {
      for (const one of episodes)
        writes.episodes.push({ ...one, id: db.next(), current, incidentId: db.named(one.incidentId) });
    },
    async updateEpisodes(episodes) {
      for (const one of episodes) {
        const before = db.episodes.get(one.id ?? 0);
        const current = !writes.retired.includes(one.id ?? 0) && before?.current === true;
        writes.episodes.push({ ...one, id: one.id ?? 0, current, incidentId: db.named(one.incidentId) });
      }
    },
    async retireEpisodes(ids) {
      writes.retired.push(...ids);
    },
    async record(changes, now) {
      writes.changes.push(...changes.map(({ before, after }) => ({ before, after: renamed(after) })));
      return insert(
        changes.flatMap(({ after, owed }) => rowsOwed(after.id, owed)),
        now,
      );
    },
    claimDue: () => Promise.reject(new Error('Rows are claimed outside of transactions')),
    wakeHeld: () => Promise.reject(new Error('Those who wait are woken outside of transactions')),
    insertOutbox: async (rows, now) => insert(rows, now),
    async strike(ids) {
      const standing = ids.filter(stands);
      writes.strikes.push(...standing);
      return standing.length;
    },
    async insertRuns(runs) {
      for (const run of runs) writes.runs.push({ ...run, id: db.named(run.id), incidentId: db.named(run.incidentId) });
    },
    async endRun(id, fence, ending, now) {
      const run = db.runs.get(id);
      if (run === undefined || run.endedAt !== null) return false;
      if (fence !== null && !seams.fenceHolds(run.fence, fence)) return false;
      writes.runEnds.push({ id, fence, ending, now });
      return true;
    },
    async markRecurred(ids, now) {
      writes.recurred.push(...ids.map((incidentId) => ({ incidentId, now })));
    },
    async demote(demotion) {
      if (db.demotions.has(demotion.rule)) return false;
      writes.demotions.push(demotion);
      return true;
    },
    liftDemotion: () => Promise.reject(new Error('No stage lifts a demotion')),
    async saveVerify(id, verify) {
      writes.verifies.push({ id, verify });
    },
    async insertApprovals(approvals) {
      for (const one of approvals)
        writes.approvals.push({ ...one, id: db.named(one.id), incidentId: db.named(one.incidentId) });
    },
    async decideApproval(id, decision, now) {
      if (db.approvals.get(id)?.decision !== null) return false;
      writes.decisions.push({ id, decision, now });
      return true;
    },
    setPause: () => Promise.reject(new Error('No stage pauses anything')),
    liftPauses: () => Promise.reject(new Error('No stage lifts a pause')),
  };

  function renamed(after: Change['after']): Change['after'] {
    const { id, runId, approvalId } = after;
    return { ...after, id: db.named(id), runId: db.named(runId), approvalId: db.named(approvalId) };
  }
}

/** A lock goes with the life that held it. */
function isFree(holder: object | undefined, own: object): boolean {
  return holder === undefined || holder === own || (holder as { readonly life: Parts['life'] }).life.dead;
}
