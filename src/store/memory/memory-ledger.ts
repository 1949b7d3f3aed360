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

export function createMemoryLedger({ keepsTimeline = true }: MemoryLedgerOptions = {}): MemoryLedger {
  const outbox = memoryOutbox();
  const incidents = memoryIncidents(outbox, keepsTimeline);
  const episodes = memoryEpisodes();
  const runs = memoryRuns();
  /** Why each incident is held that is. */
  const held = new Map<string, Reason>();
  return {
    ...outbox,
    ...incidents,
    ...episodes,
    ...runs,
    async record(changes, now) {
      const handed = await incidents.record(changes, now);
      for (const { after } of changes) {
        if (after.state === 'held') held.set(after.id, after.reason);
        else held.delete(after.id);
      }
      return handed;
    },
    async wakeHeld({ reasons, rules, most }, now) {
      const oldest = [...held]
        .filter(([, reason]) => reasons.includes(reason))
        .flatMap(([id]) => incidents.find(id)?.incident ?? [])
        .filter(({ rule }) => rules === null || rules.includes(rule))
        .sort((a, b) => a.openedAt - b.openedAt);
      const ids = oldest.map(({ id }) => id);
      return outbox.hasten(ids, now, most);
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
