import { targetKey } from '../../domain/alert.ts';
import type { Time } from '../../domain/time.ts';
import type { Approval } from '../approvals.ts';
import type { EndedRunRow, RuleRemediation } from '../guard-facts.ts';
import type { FactsLedger, RunLedger } from '../ledger.ts';
import type { Pause } from '../pauses.ts';
import { type NewRun, outcomeByNow, type Run, type RunFact } from '../runs.ts';
import { type Aging, aging } from './aging.ts';
import { memoryDemotions } from './demotions.ts';
import { indexSets } from './index-sets.ts';
import { UniqueViolation } from './refused.ts';

type Facts = 'standingPauses' | 'standingDemotions' | 'runFacts' | 'runsAdmittedSince' | 'endedRuns';

/** Runs, approvals and pauses, in memory. */
export interface MemoryRuns extends RunLedger, Pick<FactsLedger, Facts> {
  /** Notes that a step of a run began, as the journal would. */
  begin(runId: string, step: string, at: Time): void;
  /** Lets go of questions that expired before the first time, and of runs that ended before the second. */
  forget(expired: Time, before: Time): void;
  all(): IterableIterator<Run>;
  count(): number;
}

interface KeptPause {
  readonly pause: Pause;
  readonly liftedAt: Time | null;
}

/** A run as it is stored before anybody has taken it. */
export function untaken(run: NewRun): Run {
  const times = { startedAt: null, appliedAt: null, endedAt: null, recurredAt: null };
  return { ...run, ...times, outcome: null, reason: null, detail: {}, verify: {} };
}

const pairOf = ({ rule, remediation }: RuleRemediation) => `${rule} ${remediation}`;

/** Runs are never changed but replaced, so what guardrails count of one is made once. */
const FACTS = new WeakMap<Run, RunFact>();

function factOf(run: Run): RunFact {
  const { id, incidentId, rule, target, admittedAt, endedAt } = run;
  const fact = FACTS.get(run) ?? { id, incidentId, rule, target, admittedAt, endedAt, outcome: outcomeByNow(run) };
  FACTS.set(run, fact);
  return fact;
}

/** These say nothing about whether a remediation helps. */
const SILENT: readonly (string | null)[] = ['noop', 'stopped', 'dry'];

export function memoryRuns(): MemoryRuns {
  const byId = new Map<string, Run>();
  /** The run that holds a target. */
  const holds = new Map<string, string>();
  const byTarget = indexSets<string, string>();
  const byIncident = indexSets<string, string>();
  const admissions = aging<string>();
  const ended = aging<string>();
  const endedByPair = new Map<string, Aging<string>>();
  /** What the guardrails were told last of a pair; thrown away when anything about it changes. */
  const toldOfPair = new Map<string, { readonly since: Time; readonly limit: number; readonly rows: EndedRunRow[] }>();
  const approvals = new Map<string, Approval>();
  /** When they were approved. */
  const approvedPlans = new Map<string, Time>();
  const pauses = new Map<string, KeptPause>();
  const { promotedAt, ...demotions } = memoryDemotions();
  const begun = new Map<string, readonly { readonly step: string; readonly at: Time }[]>();

  const planOf = ({ incidentId, planHash }: { readonly incidentId: string; readonly planHash: string }) =>
    `${incidentId} ${planHash}`;
  const liftedAt = (rule: string) =>
    [...pauses.values()]
      .filter(({ pause }) => pause.scope === 'rule' && pause.key === rule)
      .reduce((last, lifted) => Math.max(last, lifted.liftedAt ?? last), promotedAt(rule));

  function lastEnded(pair: RuleRemediation, limit: number): readonly EndedRunRow[] {
    const since = liftedAt(pair.rule);
    const key = pairOf(pair);
    const told = toldOfPair.get(key);
    if (told?.since === since && told.limit === limit) return told.rows;
    const runs: Run[] = [];
    for (const id of endedByPair.get(key)?.newestSince(since) ?? []) {
      const run = byId.get(id);
      if (run?.endedAt == null || run.endedAt <= since || SILENT.includes(run.outcome)) continue;
      if (runs.push(run) === limit) break;
    }
    const rows = runs.reverse().map((run) => ({
      rule: run.rule,
      remediation: run.remediation,
      outcome: outcomeByNow(run),
      endedAt: run.recurredAt ?? run.endedAt ?? 0,
      approved: approvedPlans.has(planOf(run)),
    }));
    toldOfPair.set(key, { since, limit, rows });
    return rows;
  }

  return {
    count: () => byId.size,
    all: () => byId.values(),
    async insertRuns(runs) {
      const taken = runs.filter(({ dry }) => !dry).map(({ target }) => targetKey(target));
      if (new Set(taken).size < taken.length || taken.some((key) => holds.has(key)))
        throw new UniqueViolation('A run is on this target already');
      for (const run of runs) {
        const key = targetKey(run.target);
        byId.set(run.id, untaken(run));
        byIncident.add(run.incidentId, run.id);
        if (run.dry) continue;
        holds.set(key, run.id);
        byTarget.add(key, run.id);
        admissions.push(run.admittedAt, run.id);
      }
    },
    findRun: async (id) => byId.get(id),
    begin(runId, step, at) {
      begun.set(runId, [...(begun.get(runId) ?? []), { step, at }]);
    },
    async firstBegun(id, steps) {
      const times = (begun.get(id) ?? []).filter(({ step }) => steps === null || steps.includes(step));
      return times.length === 0 ? null : Math.min(...times.map(({ at }) => at));
    },
    async endRun(id, fence, { outcome, reason, detail, open }, now) {
      const run = byId.get(id);
      // Nobody carries runs out here, so none has a fence.
      if (run === undefined || run.endedAt !== null || (fence !== null && fence !== 0)) return false;
      const endedAt = open ? null : now;
      const after = {
        ...run,
        outcome,
        reason,
        detail: { ...run.detail, ...detail },
        appliedAt: run.appliedAt ?? now,
        endedAt,
      };
      byId.set(id, after);
      if (endedAt === null) return true;
      const key = targetKey(run.target);
      if (holds.get(key) === id) holds.delete(key);
      ended.push(endedAt, id);
      if (run.dry) return true;
      const list = endedByPair.get(pairOf(run)) ?? aging();
      endedByPair.set(pairOf(run), list);
      list.push(endedAt, id);
      toldOfPair.delete(pairOf(run));
      return true;
    },
    async markRecurred(incidentIds, now) {
      for (const id of incidentIds.flatMap((incident) => [...byIncident.get(incident)])) {
        const run = byId.get(id);
        if (run?.outcome !== 'held' || run.recurredAt !== null || run.dry) continue;
        byId.set(id, { ...run, recurredAt: now });
        toldOfPair.delete(pairOf(run));
      }
    },
    ...demotions,
    async saveVerify(id, verify) {
      const run = byId.get(id);
      if (run !== undefined) byId.set(id, { ...run, verify });
    },
    async insertApprovals(news) {
      for (const approval of news) approvals.set(approval.id, approval);
    },
    async findApprovals(ids) {
      return new Map(
        ids.flatMap((id) => {
          const approval = approvals.get(id);
          return approval === undefined ? [] : [[id, approval] as const];
        }),
      );
    },
    async decideApproval(id, decision, now) {
      const approval = approvals.get(id);
      if (approval === undefined || approval.decision !== null) return false;
      approvals.set(id, { ...approval, decision, decidedAt: now });
      if (decision !== 'approved') return true;
      approvedPlans.set(planOf(approval), now);
      toldOfPair.clear();
      return true;
    },
    async setPause(pause) {
      pauses.set(pause.id, { pause, liftedAt: null });
    },
    async liftPauses(scope, key, _by, now) {
      const standing = [...pauses].filter(
        ([, { pause, liftedAt: lifted }]) => lifted === null && pause.scope === scope && pause.key === key,
      );
      for (const [id, { pause }] of standing) pauses.set(id, { pause, liftedAt: now });
      return standing.length;
    },
    async standingPauses(now) {
      return [...pauses.values()]
        .filter(({ pause, liftedAt: lifted }) => lifted === null && (pause.until === null || pause.until > now))
        .map(({ pause }) => pause)
        .sort((a, b) => a.setAt - b.setAt);
    },
    async runFacts(targets, since) {
      const facts = new Map<string, RunFact>();
      const add = (id: string, from: Time) => {
        const run = byId.get(id);
        if (run !== undefined && run.admittedAt >= from) facts.set(id, factOf(run));
      };
      for (const id of holds.values()) add(id, Number.NEGATIVE_INFINITY);
      for (const target of targets) for (const id of byTarget.get(targetKey(target))) add(id, since);
      return [...facts.values()];
    },
    runsAdmittedSince: async (since) => admissions.countSince(since),
    async endedRuns(pairs, limit) {
      return pairs.flatMap((pair) => lastEnded(pair, limit)).sort((a, b) => a.endedAt - b.endedAt);
    },
    forget(expired, before) {
      toldOfPair.clear();
      admissions.takeBefore(before);
      for (const list of endedByPair.values()) list.takeBefore(before);
      for (const id of ended.takeBefore(before)) {
        const run = byId.get(id);
        if (run === undefined) continue;
        byId.delete(id);
        begun.delete(id);
        byTarget.delete(targetKey(run.target), id);
        byIncident.delete(run.incidentId, id);
      }
      for (const [id, approval] of approvals) {
        // Each holds the answers of all guardrails, and nobody asks for it once its incident has ended.
        if (approval.expiresAt < expired) approvals.delete(id);
      }
      for (const [plan, at] of approvedPlans) if (at < before) approvedPlans.delete(plan);
    },
  };
}
