import { REASONS } from '../domain/reason.ts';
import type { Remediation } from '../remediation/define.ts';
import { readJournals, type StoredJournalRow } from '../store/journal.ts';
import { type Run, runsOfIncidents } from '../store/runs.ts';
import type { Sql } from '../store/sql.ts';
import type { EvidenceView, RunView, StepView } from './view.ts';

/** What was tried for an incident, and what was seen by it; both oldest first. */
export async function readRuns(
  sql: Sql,
  incidentId: string,
  remediations: ReadonlyMap<string, Remediation>,
): Promise<{ readonly runs: readonly RunView[]; readonly evidence: readonly EvidenceView[] }> {
  const runs = await runsOfIncidents(sql, [incidentId]);
  const journal = await readJournals(
    sql,
    runs.map((run) => run.id),
  );
  return {
    runs: runs.map((run) => runView(run, remediations.get(run.remediation)?.summary ?? null, linesOf(journal, run))),
    evidence: runs.flatMap((run) => evidenceOf(run, linesOf(journal, run))),
  };
}

function linesOf(journal: readonly (StoredJournalRow & { runId: string })[], run: Run): StoredJournalRow[] {
  return journal.filter((row) => row.runId === run.id);
}

function runView(run: Run, summary: string | null, journal: readonly StoredJournalRow[]): RunView {
  const { id, remediation, outcome, startedAt, endedAt } = run;
  const names = [...new Set(journal.map((row) => row.step))];
  const steps = names.map((name): StepView => {
    const rows = journal.filter((row) => row.step === name);
    const result = rows.find((row) => row.phase === 'ended')?.data.result ?? null;
    const error = rows.findLast((row) => typeof row.data.error === 'string')?.data.error;
    const phase = (rows.at(-1)?.phase ?? 'begun') as StepView['phase'];
    return { name, phase, result, error: typeof error === 'string' ? error : null };
  });
  const why = whyOf(run);
  return { id, remediation, summary, outcome, why, startedAt, endedAt, steps };
}

/** Why a run ended; that all went as it should is no news. */
function whyOf({ detail: { why } }: Run): string | null {
  return typeof why === 'string' && why !== REASONS.applied ? why : null;
}

/** What the steps returned, why the run ended, and what the last probe saw. */
function evidenceOf(run: Run, journal: readonly StoredJournalRow[]): EvidenceView[] {
  const steps = journal
    .filter((row) => row.phase === 'ended' && typeof row.data.result === 'object' && row.data.result !== null)
    .map((row): EvidenceView => ({ at: row.at, from: row.step, data: { result: row.data.result ?? null } }));
  const why = whyOf(run);
  const ended: EvidenceView[] =
    why !== null ? [{ at: run.appliedAt ?? run.admittedAt, from: run.remediation, data: { why } }] : [];
  const probe = run.verify.evidence;
  const healthy = run.verify.healthy ?? null;
  const seen: EvidenceView[] =
    probe === undefined
      ? []
      : [
          {
            at: run.endedAt ?? run.appliedAt ?? run.admittedAt,
            from: `probe of ${run.remediation}`,
            data: { healthy, probe },
          },
        ];
  return [...steps, ...ended, ...seen];
}
