import type { Target } from '../domain/alert.ts';
import type { JsonObject } from '../domain/json.ts';
import { type Groups, onCallOf } from '../domain/people.ts';
import type { Time } from '../domain/time.ts';
import type { Remediation } from '../remediation/define.ts';
import type { Rulebook } from '../rules/rulebook.ts';
import { answersTo, lastApproval } from '../store/approvals.ts';
import type { Db } from '../store/db.ts';
import { type Episode, episodesOf } from '../store/episodes.ts';
import { findIncident } from '../store/incidents.ts';
import type { Sql } from '../store/sql.ts';
import { readTimeline } from '../store/timeline.ts';
import { readRuns } from './read-runs.ts';
import type { AlertView, ApprovalView, IncidentView } from './view.ts';

export interface ViewSources {
  readonly db: Pick<Db, 'snapshot'>;
  readonly rulebook: Rulebook;
  readonly remediations: ReadonlyMap<string, Remediation>;
  readonly statusBaseUrl: string | null;
  readonly runbookBaseUrl: string | null;
  /** The group that answers where a rule does not say it. */
  readonly approvers: string | null;
  /** Who belongs to the groups, for whoever wants to know whom to ask. */
  readonly groups: Groups;
  /** Whoever is on call is so at this time. */
  readonly now: Time;
}

/** More lines of evidence than anybody reads at night, and than any channel takes. */
const MOST_EVIDENCE = 40;

/** Everything that is known of one incident, as it stood at one moment; undefined where there is no such incident. */
export function readView(
  sources: ViewSources,
  incidentId: string,
  notes: readonly string[],
): Promise<IncidentView | undefined> {
  return sources.db.snapshot((sql) => viewOf(sql, sources, incidentId, notes));
}

async function viewOf(
  sql: Sql,
  sources: ViewSources,
  incidentId: string,
  notes: readonly string[],
): Promise<IncidentView | undefined> {
  const { rulebook, remediations, statusBaseUrl, runbookBaseUrl } = sources;
  const stored = await findIncident(sql, incidentId);
  if (stored === undefined) return undefined;
  const { incident } = stored;
  const rule = rulebook.get(incident.rule);
  const { runs, evidence } = await readRuns(sql, incidentId, remediations);
  return {
    incident,
    rule: rule === undefined ? null : { description: rule.description, runbook: rule.runbook },
    alerts: (await episodesOf(sql, [incidentId])).map(alertView),
    runs,
    timeline: (await readTimeline(sql, incidentId)).slice(-12),
    evidence: evidence.slice(-MOST_EVIDENCE),
    approval: await approvalView(sql, sources, incidentId),
    statusBaseUrl,
    runbookBaseUrl,
    notes,
  };
}

async function approvalView(
  sql: Sql,
  { remediations, approvers, groups, now }: ViewSources,
  incidentId: string,
): Promise<ApprovalView | null> {
  const approval = await lastApproval(sql, incidentId);
  if (approval === undefined) return null;
  const { id, remediation, plan, askedOf, needs, expiresAt, decision, decidedAt } = approval;
  const known = remediations.get(remediation);
  const { params, target, guards } = plan as { params?: JsonObject; target?: Target; guards?: readonly JsonObject[] };
  const from = askedOf ?? approvers;
  const group = from === null ? undefined : groups.get(from);
  return {
    id,
    remediation,
    summary: known?.summary ?? '',
    risk: known?.risk ?? 'unknown',
    params: params ?? {},
    target: target ?? null,
    guards: guards ?? [],
    from,
    onCall: group === undefined || group.rotations.length === 0 ? null : onCallOf(group, now).map(({ name }) => name),
    needs,
    expiresAt,
    decision,
    decidedAt,
    answers: (await answersTo(sql, id)).map(({ name, answer, why, at }) => ({ name, answer, why, at })),
  };
}

export function alertView({ source, status, name, labels, annotations, startsAt }: Episode): AlertView {
  return { source, status, name, labels, annotations, startsAt };
}
