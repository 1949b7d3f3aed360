import { hasEnded, type Incident } from '../domain/incident.ts';
import type { Clock } from '../domain/time.ts';
import { findApprovals } from '../store/approvals.ts';
import type { Db } from '../store/db.ts';
import { episodesOf } from '../store/episodes.ts';
import { findIncident } from '../store/incidents.ts';
import type { FactsLedger } from '../store/ledger.ts';
import { postgresLedger } from '../store/postgres-ledger.ts';
import { readTimeline } from '../store/timeline.ts';
import type { Canaries } from './canaries.ts';
import { type Case, decide, prepare } from './decide.ts';
import { type Explanation, explainDecision, isDecision } from './explain.ts';
import { readFacts } from './facts.ts';
import type { JudgeParts } from './judge.ts';

/** What explanations rest on: the same as decisions. */
export type ExplainParts = JudgeParts & { readonly clock: Pick<Clock, 'now'>; readonly canaries: Canaries };

export interface Why {
  readonly incident: Incident;
  /** The last decision, from the timeline; null where there was none yet. */
  readonly decided: Explanation | null;
  /** What would be decided now; null where there is nothing to decide: it has ended, or a run is under way. */
  readonly present: Explanation | null;
}

/** Why an incident stands as it does, from its stored history, and what would be decided about it now. Changes nothing. */
export async function whyOf(db: Db, parts: ExplainParts, id: string): Promise<Why | undefined> {
  const stored = await findIncident(db, id);
  if (stored === undefined) return undefined;
  const { incident } = stored;
  const last = (await readTimeline(db, id)).findLast(isDecision);
  const isOpen = !hasEnded(incident) && incident.state !== 'running' && incident.state !== 'verifying';
  const episodes = await episodesOf(db, [id]);
  const approval =
    incident.approvalId === null
      ? undefined
      : (await findApprovals(db, [incident.approvalId])).get(incident.approvalId);
  return {
    incident,
    decided: last === undefined ? null : explainDecision(last, last.at),
    present: isOpen ? await explainNow(postgresLedger(db), parts, { incident, episodes, approval }) : null,
  };
}

/** What would be decided about a case now, by the very code that decides. */
export async function explainNow(ledger: FactsLedger, parts: ExplainParts, one: Case): Promise<Explanation> {
  const now = parts.clock.now();
  const { remediations, unmatched, limits, timeIntervals, maintenance } = parts;
  const bench = { rulebook: parts.rulebook(), remediations, unmatched, now };
  const prepared = prepare(one, bench);
  const plans = 'plan' in prepared ? [prepared] : [];
  // A command has looked at nothing yet, and a service only when it last decided.
  if (plans.some(({ rule }) => rule.guards.commonCause !== null)) await parts.canaries.look();
  const rest = {
    limits,
    timeIntervals,
    maintenance,
    populations: parts.populations.known(),
    canaries: parts.canaries.known(),
  };
  const verdict = decide(one, await readFacts(ledger, rest, plans, now), bench, prepared);
  const plan = 'plan' in prepared ? prepared.plan : null;
  const data = plan === null ? {} : { remediation: plan.remediation, params: plan.params, target: { ...plan.target } };
  return explainDecision({ ...verdict.entry, data: { ...data, ...verdict.entry.data } }, now);
}
