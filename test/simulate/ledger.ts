import { type Target, targetKey } from '../../src/domain/alert.ts';
import type { Time } from '../../src/domain/time.ts';
import { identityKey } from '../../src/ingest/batch.ts';
import type { Episode } from '../../src/store/episodes.ts';
import type { RuleRemediation } from '../../src/store/guard-facts.ts';
import type { StoredIncident } from '../../src/store/incidents.ts';
import type { Ledger } from '../../src/store/ledger.ts';
import { RESTLESS } from '../../src/store/new-alerts.ts';
import { outcomeByNow } from '../../src/store/runs.ts';
import type { Database } from './database.ts';
import type { StoredRun } from './tables.ts';

type Reads = Omit<
  Ledger,
  | 'lockAdmission'
  | 'lockCurrent'
  | 'insertEpisodes'
  | 'updateEpisodes'
  | 'retireEpisodes'
  | 'record'
  | 'claimDue'
  | 'insertOutbox'
  | 'strike'
  | 'wakeHeld'
  | 'markRecurred'
  | 'demote'
  | 'liftDemotion'
  | 'insertRuns'
  | 'endRun'
  | 'saveVerify'
  | 'insertApprovals'
  | 'decideApproval'
  | 'setPause'
  | 'liftPauses'
>;

const SILENT: readonly (string | null)[] = ['noop', 'stopped', 'dry'];

/** What transactions read of the tables: everything that is committed at that moment, and nothing else. */
export function reads(db: Database): Reads {
  const episodes = () => [...db.episodes.values()];
  const firing = () =>
    episodes().filter(({ current, status, test }) => current && status === 'firing' && test === null);
  const runs = () => [...db.runs.values()].filter(({ dry }) => !dry);
  const stored = (list: readonly string[]): StoredIncident[] => list.flatMap((id) => db.stored(id) ?? []);

  return {
    episodesOf: async (ids) =>
      episodes()
        .filter(({ incidentId }) => ids.includes(incidentId ?? ''))
        .toSorted(firingFirst),
    async firingCounts(ids) {
      const own = episodes().filter(({ status, incidentId }) => status === 'firing' && ids.includes(incidentId ?? ''));
      return new Map([...Map.groupBy(own, (one) => one.incidentId ?? '')].map(([id, list]) => [id, list.length]));
    },
    async newAlerts({ since, incidentId }, limit) {
      const before = (one: Episode) =>
        episodes().some(
          (past) =>
            !past.current &&
            identityKey(past) === identityKey(one) &&
            past.openedAt <= since &&
            (past.closedAt === null || past.closedAt > since - RESTLESS),
        );
      return firing()
        .filter(
          (one) => one.openedAt > since && (one.startsAt ?? one.openedAt) > since && one.incidentId !== incidentId,
        )
        .filter((one) => one.source !== 'remedyd' && !before(one))
        .map(({ source, name, labels, openedAt, incidentId: id }) => {
          const { rule = null, target = null } = db.incidents.get(id ?? '') ?? {};
          return { source, name, labels, openedAt, incidentId: id, rule, target };
        })
        .slice(0, limit);
    },

    lockIncidents: async (ids) => new Map(stored(ids).map((one) => [one.incident.id, one])),
    lockOpenIncidents: async (wanted) =>
      stored(db.open().flatMap((one) => (wanted.some((slot) => isOn(slot, one)) ? one.id : []))),
    async healedSince(wanted, since) {
      const healed = [...db.incidents.values()]
        .filter(({ state, endedAt }) => state === 'healed' && (endedAt ?? 0) >= since)
        .toSorted((a, b) => (b.endedAt ?? 0) - (a.endedAt ?? 0));
      return wanted.flatMap((slot) => healed.find((one) => isOn(slot, one)) ?? []);
    },

    lockRows: async (ids, now) =>
      [...new Set(ids)].flatMap((id) => db.outbox.get(id) ?? []).filter(({ dueAt }) => dueAt <= now),

    findRun: async (id) => db.runs.get(id),
    async firstBegun(id, steps) {
      const begun = (db.journal.get(id) ?? []).filter(({ phase }) => phase === 'begun');
      return begun.find(({ step }) => steps === null || steps.includes(step))?.at ?? null;
    },
    findApprovals: async (ids) => new Map(ids.flatMap((id) => db.approvals.get(id) ?? []).map((one) => [one.id, one])),

    standingDemotions: async () => [...db.demotions.values()],
    standingPauses: async (now) => db.standingPauses(now),
    async runFacts(targets, since) {
      const keys = new Set(targets.map(targetKey));
      return runs()
        .filter((run) => run.endedAt === null || (keys.has(targetKey(run.target)) && run.admittedAt >= since))
        .map((run) => ({ ...run, outcome: outcomeByNow(run) }));
    },
    runsAdmittedSince: async (since) => runs().filter(({ admittedAt }) => admittedAt >= since).length,
    firingNow: async (names, limit) =>
      firing()
        .filter(({ name }) => names === null || names.includes(name))
        .slice(0, limit),
    async sickTargets(kind, limit) {
      const sick = db.open().filter((one) => one.firing && one.target.kind === kind);
      return [...new Set(sick.map(({ target }) => target.id))].slice(0, limit);
    },
    async openingsOf(rules, since, limit) {
      return [...db.incidents.values()]
        .filter(({ rule, openedAt }) => rules.includes(rule) && openedAt >= since)
        .map(({ rule, target, openedAt }) => ({ rule, target: targetKey(target), at: openedAt }))
        .toSorted((a, b) => b.at - a.at)
        .slice(0, limit);
    },
    endedRuns: async (pairs) =>
      pairs.flatMap((pair) => endedRuns(db, runs(), pair)).toSorted((a, b) => a.endedAt - b.endedAt),
    changesOf: async (wanted, since) =>
      [...db.incidents.values()]
        .filter(({ state, reason }) => state === 'closed' && reason === 'cleared-by-itself')
        .filter((one) => (one.endedAt ?? 0) > since && wanted.some((slot) => isOn(slot, one)))
        .map(({ rule, target, openedAt, endedAt }) => ({ rule, target, onAt: openedAt, offAt: endedAt ?? 0 })),
  };
}

function firingFirst(a: Episode, b: Episode): number {
  if (a.status !== b.status) return a.status < b.status ? -1 : 1;
  return a.openedAt - b.openedAt || (a.id ?? 0) - (b.id ?? 0);
}

interface Slot {
  readonly rule: string;
  readonly target: Target;
}

function isOn(slot: Slot, one: Slot): boolean {
  return slot.rule === one.rule && targetKey(slot.target) === targetKey(one.target);
}

function endedRuns(db: Database, runs: readonly StoredRun[], { rule, remediation }: RuleRemediation) {
  const lifted = [...db.pauses.values()].filter(({ scope, key }) => scope === 'rule' && key === rule);
  const since: Time = Math.max(0, ...lifted.map(({ liftedAt }) => liftedAt ?? 0));
  return runs.flatMap(({ endedAt, incidentId, planHash, ...run }) => {
    if (run.rule !== rule || run.remediation !== remediation || endedAt === null || endedAt <= since) return [];
    if (SILENT.includes(run.outcome)) return [];
    const approved = [...db.approvals.values()].some(
      (one) => one.incidentId === incidentId && one.planHash === planHash && one.decision === 'approved',
    );
    return [{ rule, remediation, outcome: outcomeByNow(run), endedAt: run.recurredAt ?? endedAt, approved }];
  });
}
