import { type Alert, type Labels, targetKey } from '../domain/alert.ts';
import { formatDuration } from '../domain/duration.ts';
import type { Incident } from '../domain/incident.ts';
import type { JsonObject } from '../domain/json.ts';
import { type OwnAlert, ownFiring, ownResolved } from '../domain/own-alert.ts';
import type { Clock } from '../domain/time.ts';
import type { AllClear } from '../rules/rule.ts';
import type { Rulebook } from '../rules/rulebook.ts';
import type { Db } from '../store/db.ts';
import { episodesOf, firingOf } from '../store/episodes.ts';
import { findIncident, incidentOfAlert, lastOnSlot } from '../store/incidents.ts';
import { moveOn, type OutboxRow, strike, wait } from '../store/outbox.ts';
import { findRun, type Run, runsOfIncidents } from '../store/runs.ts';
import { type Facts, judge } from './judge.ts';

export interface AllClearParts {
  readonly db: Db;
  readonly clock: Clock;
  rulebook(): Rulebook;
  tellOwn(alerts: readonly Alert[]): Promise<void>;
}

/**
 * What a run has changed may be meant for bad times only. Once its trouble has been gone for as long as the rule wants, the
 * daemon raises the alert that the rule names, and another rule takes the change back, under guardrails like any other.
 *
 * It rests on the row alone: a crash between raising the alert and noting it raises the same alert once more, which changes nothing.
 */
export async function allClearRow(parts: AllClearParts, row: OutboxRow): Promise<void> {
  const { db, clock } = parts;
  const run = row.runId === null ? undefined : await findRun(db, row.runId);
  const stored = run === undefined ? undefined : await findIncident(db, run.incidentId);
  const wish = run === undefined ? null : wishOf(parts.rulebook(), run);
  if (run === undefined || stored === undefined || (wish === null && row.data.given !== true))
    return void (await strike(db, [row.id]));
  const { incident } = stored;
  const own = await alertOf(db, wish ?? { after: 0, raise: String(row.data.raise) }, run, incident, row.data);
  const next = judge(await readFacts(db, own, wish?.after ?? 0, run, incident, row.data.given === true), clock.now());
  switch (next.kind) {
    case 'wait':
      return wait(db, row.id, next.until);
    case 'give':
      await parts.tellOwn([ownFiring(own, clock.now())]);
      return moveOn(db, row.id, { ...row.data, given: true, raise: own.name }, clock.now());
    case 'end':
      await parts.tellOwn([ownResolved(own, clock.now(), next.why)]);
      if (next.again) await moveOn(db, row.id, { ...row.data, given: false }, clock.now());
      else await strike(db, [row.id]);
  }
}

/** What the rule wants now; null where it, or this attempt of it, says so no more. */
function wishOf(rulebook: Rulebook, run: Run): AllClear | null {
  const attempt = rulebook.get(run.rule)?.do[run.attempt];
  return attempt?.remediation === run.remediation ? (attempt.allClear ?? null) : null;
}

async function alertOf(
  db: Db,
  { after, raise }: AllClear,
  run: Run,
  incident: Incident,
  { left }: JsonObject,
): Promise<OwnAlert> {
  const [first] = await episodesOf(db, [incident.id]);
  return {
    key: run.id,
    name: raise,
    severity: 'low',
    labels: { ...first?.labels, ...(left as Labels | undefined), rule: run.rule, all_clear_of: slotOf(incident) },
    summary: `What ${run.remediation} was for has been over for ${formatDuration(after)} (${targetKey(incident.target)}).`,
  };
}

async function readFacts(
  db: Db,
  own: OwnAlert,
  after: number,
  run: Run,
  incident: Incident,
  given: boolean,
): Promise<Facts> {
  const { fingerprint } = ownFiring(own, 0);
  const [last, standing, opened] = await Promise.all([
    lastOnSlot(db, incident),
    firingOf(db, 'remedyd'),
    given ? incidentOfAlert(db, 'remedyd', fingerprint) : null,
  ]);
  const runs = opened === null ? [] : await runsOfIncidents(db, [opened.id]);
  const slot = slotOf(incident);
  return {
    after,
    open: last.open,
    endedAt: last.endedAt,
    otherStands: standing.some((one) => one.fingerprint !== fingerprint && one.labels.all_clear_of === slot),
    given: given
      ? { state: opened?.state ?? null, acted: runs.some((one) => one.id !== run.id && one.appliedAt !== null) }
      : null,
  };
}

function slotOf({ rule, target }: Incident): string {
  return `${rule} ${targetKey(target)}`;
}
