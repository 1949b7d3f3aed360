import type { Incident } from '../../domain/incident.ts';
import type { Reason } from '../../domain/reason.ts';
import type { Time } from '../../domain/time.ts';
import type { StoredIncident } from '../incidents.ts';
import type { Ledger } from '../ledger.ts';
import type { NewAlert } from '../new-alerts.ts';
import type { Run } from '../runs.ts';
import type { TimelineRow } from '../timeline.ts';
import { memoryEpisodes } from './episodes.ts';
import { memoryIncidents } from './incidents.ts';
import { indexSets } from './index-sets.ts';
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
  /** Ids of incidents that are held, by what for. */
  const held = indexSets<Reason, string>();
  return {
    ...outbox,
    ...incidents,
    ...episodes,
    ...runs,
    async record(changes, now) {
      const handed = await incidents.record(changes, now);
      for (const { before, after } of changes) {
        if (before?.incident.state === 'held') held.delete(before.incident.reason, after.id);
        if (after.state === 'held') held.add(after.reason, after.id);
      }
      return handed;
    },
    async wakeHeld({ reasons, rules, most }, now) {
      const waiting = reasons
        .flatMap((reason) => [...held.get(reason)])
        .flatMap((id) => incidents.find(id)?.incident ?? [])
        .filter(({ id, rule }) => (rules === null || rules.includes(rule)) && outbox.isPutOff(id, now));
      return outbox.hasten(
        oldest(waiting, most).map(({ id }) => id),
        now,
        most,
      );
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
      runs.forget(ended, facts);
    },
    count: () => outbox.count() + incidents.count() + episodes.count() + runs.count(),
  };
}

/** The oldest problems first, at most so many. Of thousands that wait only a few are wanted, so not all are put in order. */
function oldest(incidents: readonly Incident[], most: number): readonly Incident[] {
  if (incidents.length <= most) return incidents.toSorted((a, b) => a.openedAt - b.openedAt);
  const first: Incident[] = [];
  for (const incident of incidents) {
    const last = first.at(-1);
    if (first.length >= most && last !== undefined && last.openedAt <= incident.openedAt) continue;
    const place = first.findLastIndex(({ openedAt }) => openedAt <= incident.openedAt) + 1;
    first.splice(place, 0, incident);
    if (first.length > most) first.pop();
  }
  return first;
}
