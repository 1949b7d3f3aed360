import { targetKey } from '../../src/domain/alert.ts';
import type { Climb } from '../../src/domain/climb.ts';
import type { Incident } from '../../src/domain/incident.ts';
import type { Time } from '../../src/domain/time.ts';
import type { JournalRow } from '../../src/execute/journal.ts';
import { identityKey } from '../../src/ingest/batch.ts';
import type { Approval } from '../../src/store/approvals.ts';
import type { Demotion } from '../../src/store/demotions.ts';
import type { StoredIncident } from '../../src/store/incidents.ts';
import { HANDED_FOR, type Handed } from '../../src/store/outbox.ts';
import type { Pause } from '../../src/store/pauses.ts';
import type { NewRun } from '../../src/store/runs.ts';
import type { Waking } from '../../src/store/wake.ts';
import type { Seams } from './seams.ts';
import {
  newRun,
  type Shown,
  type StoredApproval,
  type StoredEpisode,
  type StoredRow,
  type StoredRun,
  type Writes,
} from './tables.ts';

/**
 * The tables, and what Postgres promises of them: transactions that happen whole or not at all, unique indexes,
 * compare-and-set on the version of an incident. Rows of incidents are not locked, so that compare-and-set has to hold alone.
 */
export class Database {
  readonly webhooks = new Set<number>();
  readonly episodes = new Map<number, StoredEpisode>();
  readonly incidents = new Map<string, Incident>();
  readonly outbox = new Map<number, StoredRow>();
  readonly runs = new Map<string, StoredRun>();
  readonly journal = new Map<string, readonly JournalRow[]>();
  readonly approvals = new Map<string, StoredApproval>();
  readonly climbs = new Map<string, Climb>();
  readonly demotions = new Map<string, Demotion>();
  readonly pauses = new Map<string, Pause & { readonly liftedAt: Time | null }>();
  /** `incident topic` of all that a person has received. */
  readonly told = new Set<string>();
  readonly locks = new Map<string, object>();
  /** Grows with everything that is written. */
  revision = 0;
  readonly shown = new Map<string, Shown>();
  readonly #names = new Map<string, string>();
  #numbers = 0;
  readonly #seams: Seams;

  constructor(seams: Seams) {
    this.#seams = seams;
  }

  /** The next number of the one sequence. */
  next(): number {
    this.#numbers += 1;
    return this.#numbers;
  }

  /** The service names new things at random. Here the same story gives them the same names. */
  named<T extends string | null>(id: T): T {
    if (id === null || !/^\w+-\w{7,}-\w{8}$/.test(id)) return id;
    const name = this.#names.get(id) ?? `${id.slice(0, id.indexOf('-'))}-${this.next()}`;
    this.#names.set(id, name);
    return name as T;
  }

  stored(id: string | null): StoredIncident | undefined {
    const incident = id === null ? undefined : this.incidents.get(id);
    return incident === undefined ? undefined : { incident, seq: incident.version, head: '' };
  }

  open(): Incident[] {
    return [...this.incidents.values()].filter(({ endedAt }) => endedAt === null);
  }

  current(key: string): StoredEpisode | undefined {
    return [...this.episodes.values()].find((episode) => episode.current && identityKey(episode) === key);
  }

  standingPauses(now: Time): Pause[] {
    return [...this.pauses.values()].filter(
      ({ liftedAt, until }) => liftedAt === null && (until === null || until > now),
    );
  }

  /** @returns false where somebody was faster; then nothing of it is written. */
  commit(writes: Writes): boolean {
    const { changes, strikes, outbox, runs, approvals, decisions, runEnds, verifies, retired, episodes } = writes;
    if (strikes.some((id) => !this.outbox.has(id))) return false;
    if (changes.some((change) => this.#isStale(change))) return false;
    if (runs.some((run) => this.#isTaken(run))) return false;
    if (runEnds.some((end) => !this.#mayEnd(end))) return false;
    if (decisions.some(({ id }) => this.approvals.get(id)?.decision !== null)) return false;
    if (episodes.some((one) => this.#isDouble(one, retired))) return false;

    this.revision += 1;
    for (const { after } of changes) this.incidents.set(after.id, after);
    for (const id of strikes) this.outbox.delete(id);
    for (const run of runs) this.runs.set(run.id, newRun(run));
    for (const one of approvals) this.approvals.set(one.id, { ...one, answers: [] });
    for (const { id, decision, now } of decisions) this.#decide(id, decision, now);
    for (const end of runEnds) this.#endRun(end);
    for (const { id, verify } of verifies) this.#updateRun(id, { verify });
    for (const id of retired) this.#retire(id);
    for (const one of episodes) this.episodes.set(one.id, one);
    for (const { incidentId, now } of writes.recurred) this.#markRecurred(incidentId, now);
    for (const one of writes.demotions) if (!this.demotions.has(one.rule)) this.demotions.set(one.rule, one);
    for (const { incidentId, climb } of writes.climbs) this.climbs.set(incidentId, climb);
    for (const id of writes.webhooks) this.webhooks.add(id);
    this.putRows(outbox);
    return true;
  }

  putRows(rows: readonly StoredRow[]): void {
    this.revision += 1;
    for (const row of rows) this.outbox.set(row.id, row);
  }

  claimable(now: Time): StoredRow[] {
    return [...this.outbox.values()].filter(
      ({ dueAt, queuedUntil }) => dueAt <= now && (queuedUntil === null || queuedUntil <= now),
    );
  }

  /** @returns the rows to hand over: decisions about those that are held for one of the reasons. */
  wakeHeld({ reasons, rules }: Waking, now: Time): Handed[] {
    return [...this.outbox.values()].flatMap(({ id, kind, incidentId, dueAt, handed }) => {
      const incident = this.incidents.get(incidentId ?? '');
      if (kind !== 'decide' || dueAt <= now || incident?.state !== 'held') return [];
      if (!reasons.includes(incident.reason) || rules?.includes(incident.rule) === false) return [];
      this.updateRow(id, { dueAt: now, queuedUntil: now + HANDED_FOR, handed: handed + 1 });
      return [{ id, kind, handed: handed + 1 }];
    });
  }

  claimDue(now: Time): Handed[] {
    return this.claimable(now).map(({ id, kind, handed }) => {
      this.updateRow(id, { queuedUntil: now + HANDED_FOR, handed: handed + 1 });
      return { id, kind, handed: handed + 1 };
    });
  }

  updateRow(id: number, change: Partial<StoredRow>): void {
    const row = this.outbox.get(id);
    this.revision += 1;
    if (row !== undefined) this.outbox.set(id, { ...row, ...change });
  }

  strike(id: number): void {
    this.revision += 1;
    this.outbox.delete(id);
  }

  takeRun(id: string, executor: string, now: Time, until: Time): StoredRun | null {
    const run = this.runs.get(id);
    if (run === undefined || run.endedAt !== null || run.appliedAt !== null) return null;
    const free = run.executor === null || run.executor === executor || (run.executorUntil ?? 0) <= now;
    if (!free) return null;
    return this.#updateRun(id, { executor, executorUntil: until, fence: this.next(), startedAt: run.startedAt ?? now });
  }

  keepRun(id: string, fence: number, until: Time): number {
    const run = this.runs.get(id);
    if (run === undefined || run.fence !== fence || run.endedAt !== null) return 0;
    this.#updateRun(id, { executorUntil: until });
    return 1;
  }

  releaseRun(id: string, fence: number): void {
    if (this.runs.get(id)?.fence === fence) this.#updateRun(id, { executor: null, executorUntil: null });
  }

  /** @returns false where the fencing number is not the run's any more, and nothing was written. */
  appendJournal(id: string, fence: number, row: JournalRow): boolean {
    const run = this.runs.get(id);
    if (run === undefined || run.endedAt !== null || !this.#seams.fenceHolds(run.fence, fence)) return false;
    this.journal.set(id, [...(this.journal.get(id) ?? []), row]);
    return true;
  }

  #isStale({ before, after }: Writes['changes'][number]): boolean {
    const stands = this.incidents.get(after.id);
    if (before !== null)
      return stands === undefined || !this.#seams.versionHolds(stands.version, before.incident.version);
    return this.open().some(({ rule, target }) => rule === after.rule && targetKey(target) === targetKey(after.target));
  }

  /** The unique index over runs that hold their target. */
  #isTaken({ dry, target }: NewRun): boolean {
    if (dry) return false;
    return [...this.runs.values()].some(
      (run) => run.endedAt === null && !run.dry && targetKey(run.target) === targetKey(target),
    );
  }

  #mayEnd({ id, fence }: Writes['runEnds'][number]): boolean {
    const run = this.runs.get(id);
    if (run === undefined || run.endedAt !== null) return false;
    return fence === null || this.#seams.fenceHolds(run.fence, fence);
  }

  #endRun({ id, ending, now }: Writes['runEnds'][number]): void {
    const run = this.runs.get(id);
    if (run === undefined || run.endedAt !== null) return;
    const { outcome, reason, detail, open } = ending;
    const appliedAt = run.appliedAt ?? now;
    const endedAt = open ? null : now;
    this.#updateRun(id, { outcome, reason, detail, appliedAt, endedAt, executor: null, executorUntil: null });
  }

  #updateRun(id: string, change: Partial<StoredRun>): StoredRun | null {
    const run = this.runs.get(id);
    if (run === undefined) return null;
    const changed = { ...run, ...change };
    this.runs.set(id, changed);
    return changed;
  }

  #markRecurred(incidentId: string, now: Time): void {
    for (const run of this.runs.values())
      if (run.incidentId === incidentId && run.outcome === 'held' && run.recurredAt === null && !run.dry)
        this.#updateRun(run.id, { recurredAt: now });
  }

  #decide(id: string, decision: Approval['decision'], now: Time): void {
    const approval = this.approvals.get(id);
    if (approval !== undefined) this.approvals.set(id, { ...approval, decision, decidedAt: now });
  }

  #retire(id: number): void {
    const episode = this.episodes.get(id);
    if (episode !== undefined) this.episodes.set(id, { ...episode, current: false });
  }

  /** The unique index over current episodes. */
  #isDouble(episode: StoredEpisode, retired: readonly number[]): boolean {
    const stands = episode.current ? this.current(identityKey(episode)) : undefined;
    return stands !== undefined && stands.id !== episode.id && !retired.includes(stands.id);
  }
}
