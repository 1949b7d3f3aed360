import { type Cadence, postMortemDueAt } from '../domain/cadence.ts';
import type { Incident } from '../domain/incident.ts';
import type { Millis } from '../domain/time.ts';
import { runbookOf, statusUrl } from '../notify/links.ts';
import { readRuns } from '../notify/read-runs.ts';
import type { Remediation } from '../remediation/define.ts';
import type { Rulebook } from '../rules/rulebook.ts';
import { countAlerts, firstAlerts } from '../store/alert-counts.ts';
import { healsOf } from '../store/debts.ts';
import { findIncident, recurrenceAfter } from '../store/incidents.ts';
import type { Sql } from '../store/sql.ts';
import { firstBreak, readTimeline } from '../store/timeline.ts';
import type { ReportView } from './view.ts';

/** Where a report is read from. */
export interface ReportSources {
  readonly sql: Sql;
  readonly rulebook: Rulebook;
  readonly remediations: ReadonlyMap<string, Remediation>;
  readonly statusBaseUrl: string | null;
  readonly runbookBaseUrl: string | null;
  /** How often within which time a heal must come back to be told. */
  readonly debt: { readonly heals: number; readonly within: Millis };
  readonly postMortem: Cadence;
}

/** More names and more alerts than a report shows. */
const NAMES = 1_000;
const ALERTS = 50;

/** Everything that a report tells of an incident; undefined where there is no such incident. */
export async function readReport(sources: ReportSources, id: string): Promise<ReportView | undefined> {
  const { sql, rulebook, remediations, statusBaseUrl, runbookBaseUrl } = sources;
  const stored = await findIncident(sql, id);
  if (stored === undefined) return undefined;
  const { incident } = stored;
  const known = rulebook.get(incident.rule);
  const rule = known === undefined ? null : { description: known.description, runbook: known.runbook };
  const [alertNames, alerts, timeline, { runs, evidence }, debt, cameBackAs] = await Promise.all([
    countAlerts(sql, id, NAMES),
    firstAlerts(sql, id, ALERTS),
    readTimeline(sql, id),
    readRuns(sql, id, remediations),
    debtOf(sources, incident),
    recurrenceAfter(sql, id),
  ]);
  return {
    incident,
    rule,
    alertCount: alertNames.reduce((sum, { count }) => sum + count, 0),
    alertNames,
    alerts,
    runs,
    evidence,
    timeline,
    brokenAt: firstBreak(timeline)?.seq ?? null,
    debt,
    cameBackAs,
    postMortemDueAt: postMortemDueAt(sources.postMortem, incident),
    runbook: runbookOf({ rule, alerts, runbookBaseUrl }),
    statusUrl: statusUrl(statusBaseUrl, id),
  };
}

/** Counted back from the end: what came later is no matter of this incident. */
async function debtOf({ sql, debt }: ReportSources, incident: Incident): Promise<ReportView['debt']> {
  const { rule, target, updatedAt, endedAt } = incident;
  const until = endedAt ?? updatedAt;
  const heals = (await healsOf(sql, rule, target, until - debt.within, 1_000)).filter((heal) => heal.endedAt <= until);
  return heals.length >= debt.heals ? { heals: heals.length, within: debt.within } : null;
}
