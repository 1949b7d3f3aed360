import type { Reason } from '../../domain/reason.ts';
import type { Time } from '../../domain/time.ts';
import type { StoredIncident } from '../incidents.ts';
import type { Ledger } from '../ledger.ts';
import type { NewAlert } from '../new-alerts.ts';
import type { Run } from '../runs.ts';
import type { TimelineRow } from '../timeline.ts';
import { memoryEpisodes } from './episodes.ts';
import { memoryIncidents } from './incidents.ts';
import { memoryOutbox } from './outbox.ts';
import { memoryRuns } from './runs.ts';

/**
 * The ledger in memory, for one who decides alone: each call is whole, and there is no transaction around several of them. Who
 * gets an error throws the ledger away.
 */
export interface MemoryLedger extends Ledger {
  /** When the next work is due; null where none is owed. */
  nextDue(): Time | null;
  findIncident(id: string): StoredIncident | undefined;
  incidents(): IterableIterator<StoredIncident>;
  runs(): IterableIterator<Run>;
  timeline(incidentId: string): readonly TimelineRow[];
  /** Notes that a step of a run began, as the journal would. */
  begin(runId: string, step: string, at: Time): void;
  /**
   * Lets go of incidents and alerts that ended before the first time, and of runs and openings from before the second, which
   * must lie as far back as guardrails look; the first no later than an hour ago, for what makes a run worse.
   */
  forget(ended: Time, facts: Time): void;
  /** How many rows it holds, of all kinds. */
  count(): number;
}

export interface MemoryLedgerOptions {
  /** False leaves the histories of incidents out. */
  readonly keepsTimeline?: boolean;
}

/** Held for one of these, an incident waits only for some run to end. */
const WAITS_FOR_RUN: readonly Reason[] = ['target-leased', 'concurrency', 'global-concurrency'];

const MOST_WOKEN = 50;

export function createMemoryLedger({ keepsTimeline = true }: MemoryLedgerOptions = {}): MemoryLedger {
  const outbox = memoryOutbox();
  const incidents = memoryIncidents(outbox, keepsTimeline);
  const episodes = memoryEpisodes();
  const runs = memoryRuns();
  const waiting = new Set<string>();
  return {
    ...outbox,
    ...incidents,
    ...episodes,
    ...runs,
    async record(changes, now) {
      const handed = await incidents.record(changes, now);
      for (const { after } of changes) {
        if (after.state === 'held' && WAITS_FOR_RUN.includes(after.reason)) waiting.add(after.id);
        else waiting.delete(after.id);
      }
      return handed;
    },
    async wakeWaiting(now) {
      const openedAt = (id: string) => incidents.find(id)?.incident.openedAt ?? 0;
      const oldest = [...waiting].sort((a, b) => openedAt(a) - openedAt(b));
      return outbox.hasten(oldest, now, MOST_WOKEN);
    },
    async newAlerts(about, limit) {
      const isOn = ({ target }: NewAlert) => target?.kind === about.target.kind && target.id === about.target.id;
      return episodes
        .newSince(about)
        .map(({ source, name, labels, openedAt, incidentId }): NewAlert => {
          const { rule = null, target = null } = (incidentId && incidents.find(incidentId)?.incident) || {};
          return { source, name, labels, openedAt, incidentId, rule, target };
        })
        .sort((a, b) => Number(isOn(b)) - Number(isOn(a)) || a.openedAt - b.openedAt)
        .slice(0, limit);
    },
    lockAdmission: async () => undefined,
    findIncident: incidents.find,
    incidents: incidents.all,
    runs: runs.all,
    forget(ended, facts) {
      incidents.forget(ended, facts);
      episodes.forget(ended);
      runs.forget(facts);
    },
    count: () => outbox.count() + incidents.count() + episodes.count() + runs.count(),
  };
}
