import type { Incident } from '../domain/incident.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import { type Time, toIso } from '../domain/time.ts';
import type { Episode } from '../store/episodes.ts';
import type { StoredJournalRow } from '../store/journal.ts';
import type { Run } from '../store/runs.ts';
import { firstBreak, type TimelineRow } from '../store/timeline.ts';

const iso = (time: Time | null): string | null => (time === null ? null : toIso(time));

/** An incident as the API's lists give it. This shape is a contract. */
export function incidentItem(incident: Incident, episodes: readonly Episode[], runs: readonly Run[]): JsonObject {
  const { id, rule, target, severity, state, reason } = incident;
  return {
    id,
    rule,
    target: { kind: target.kind, id: target.id },
    severity,
    state,
    reason,
    openedAt: iso(incident.openedAt),
    updatedAt: iso(incident.updatedAt),
    endedAt: iso(incident.endedAt),
    deadlineAt: iso(incident.deadlineAt),
    askAt: iso(incident.askAt),
    pagedAt: iso(incident.pagedAt),
    acked: incident.ackedBy === null ? null : { by: incident.ackedBy, at: iso(incident.ackedAt) },
    recurrenceOf: incident.recurrenceOf,
    coveredBy: incident.coveredBy,
    alerts: episodes.map(({ source, fingerprint, name, status, labels }) => ({
      source,
      fingerprint,
      name,
      status,
      labels,
    })),
    runs: runs.map(({ id: run, remediation, outcome, startedAt, endedAt, recurredAt }) => ({
      id: run,
      remediation,
      outcome,
      startedAt: iso(startedAt),
      endedAt: iso(endedAt),
      // When the trouble that it had healed came back.
      recurredAt: iso(recurredAt),
    })),
  };
}

/** An incident with its history and evidence. */
export function incidentDetail(
  incident: Incident,
  episodes: readonly Episode[],
  runs: readonly Run[],
  timeline: readonly TimelineRow[],
  journal: readonly (StoredJournalRow & { runId: string })[],
): JsonObject {
  return {
    ...incidentItem(incident, episodes, runs),
    timeline: timeline.map(({ at, type, reason, summary, data }) => ({ at: iso(at), type, reason, summary, data })),
    // Whoever changed an entry afterwards broke the chain of hashes there.
    timelineIntact: firstBreak(timeline) === null,
    evidence: [
      ...journal.map(({ runId, step, phase, at, data }): Json => ({ run: runId, step, phase, at: iso(at), data })),
      ...runs
        .filter((run) => Object.keys(run.verify).length > 0)
        .map(
          (run): Json => ({
            run: run.id,
            step: 'verify',
            phase: 'probe',
            at: iso(run.endedAt ?? run.appliedAt),
            data: run.verify,
          }),
        ),
    ],
  };
}
