import { type Labels, targetKey } from '../../src/domain/alert.ts';
import type { Incident } from '../../src/domain/incident.ts';
import { type OwnAlert, ownFiring, ownResolved } from '../../src/domain/own-alert.ts';
import { openerFor } from '../../src/ingest/opener.ts';
import { takeIn, writeOutcome } from '../../src/ingest/take-in.ts';
import type { Database } from './database.ts';
import { type Parts, SETTINGS } from './parts.ts';
import type { StoredRow, StoredRun } from './tables.ts';
import { transaction } from './transaction.ts';

/** The service looks every other second what came of it; that would be most of a story. */
const SELDOM = 30_000;

/** Looks whether the all-clear of a run may be given, and what came of it; the judgement is the service's own. */
export async function allClear(parts: Parts, row: StoredRow): Promise<void> {
  const { db, life } = parts;
  await life.turn(`looks at the all-clear of ${row.runId}`);
  const run = db.runs.get(row.runId ?? '');
  const incident = db.incidents.get(run?.incidentId ?? '');
  const wish = run === undefined ? undefined : parts.rulebook().get(run.rule)?.do[run.attempt]?.allClear;
  const isGiven = row.data.given === true;
  if (run === undefined || incident === undefined || (wish == null && !isGiven)) return db.strike(row.id);
  const own = alertOf(db, wish?.raise ?? String(row.data.raise), run, incident);
  const next = parts.seams.allClear(factsOf(db, own, wish?.after ?? 0, incident, run, isGiven), life.now());
  const moveOn = (data: StoredRow['data'], dueAt: number) => db.updateRow(row.id, { data, dueAt, queuedUntil: null });
  switch (next.kind) {
    case 'wait':
      return moveOn(row.data, Math.max(next.until, life.now() + SELDOM));
    case 'give':
      parts.tell(life.replica, `gives the all-clear of ${run.id}`);
      await raise(parts, own, 'firing');
      return moveOn({ ...row.data, given: true, raise: own.name }, life.now());
    case 'end':
      await raise(parts, own, 'resolved');
      if (next.again) moveOn({ ...row.data, given: false }, life.now());
      else db.strike(row.id);
  }
}

async function raise(parts: Parts, own: OwnAlert, status: 'firing' | 'resolved'): Promise<void> {
  const { life, seams } = parts;
  const alert = status === 'firing' ? ownFiring(own, life.now()) : ownResolved(own, life.now());
  const opener = openerFor(parts.rulebook(), seams.remediations, SETTINGS.escalateAfter);
  const handed = await transaction(parts, `${own.name} ${status}`, async (ledger) =>
    writeOutcome(ledger, await takeIn(ledger, { ...SETTINGS, clock: life.clock }, [alert], opener)),
  );
  parts.handOver(handed);
}

function alertOf(db: Database, name: string, run: StoredRun, incident: Incident): OwnAlert {
  const first = [...db.episodes.values()].find(({ incidentId }) => incidentId === incident.id);
  const labels: Labels = { ...first?.labels, rule: run.rule, all_clear_of: slotOf(incident) };
  return { key: run.id, name, severity: 'low', labels, summary: 'it has been over for long' };
}

function factsOf(db: Database, own: OwnAlert, after: number, incident: Incident, run: StoredRun, isGiven: boolean) {
  const slot = slotOf(incident);
  const all = [...db.incidents.values()].filter((one) => slotOf(one) === slot);
  const ends = all.flatMap(({ endedAt }) => endedAt ?? []);
  const { fingerprint } = ownFiring(own, 0);
  const mine = [...db.episodes.values()].filter((one) => one.fingerprint === fingerprint);
  const opened = db.incidents.get(mine.at(-1)?.incidentId ?? '');
  const runs = [...db.runs.values()].filter(({ incidentId }) => incidentId === opened?.id);
  return {
    after,
    open: all.some(({ endedAt }) => endedAt === null),
    endedAt: ends.length === 0 ? null : Math.max(...ends),
    otherStands: [...db.episodes.values()].some(
      (one) =>
        one.current && one.status === 'firing' && one.fingerprint !== fingerprint && one.labels.all_clear_of === slot,
    ),
    given: isGiven
      ? { state: opened?.state ?? null, acted: runs.some((one) => one.id !== run.id && one.appliedAt !== null) }
      : null,
  };
}

/** Whether the trouble is back that this incident is the all-clear of. */
export function troubleIsBack(db: Database, incidentId: string): boolean {
  const slots = [...db.episodes.values()].flatMap(({ incidentId: id, labels, status }) =>
    id === incidentId && status === 'firing' ? (labels.all_clear_of ?? []) : [],
  );
  return db.open().some((one) => one.firing && slots.includes(slotOf(one)));
}

function slotOf({ rule, target }: Incident): string {
  return `${rule} ${targetKey(target)}`;
}
