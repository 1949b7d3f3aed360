import type { Entry, IncidentEvent, Owed, Verified } from '../domain/event.ts';
import { advance, type Incident } from '../domain/incident.ts';
import type { JsonObject } from '../domain/json.ts';
import { REASONS } from '../domain/reason.ts';
import type { Clock, Millis } from '../domain/time.ts';
import { CutOff } from '../remediation/attempt.ts';
import type { Remediation } from '../remediation/define.ts';
import type { Settings, Toolbox } from '../remediation/tools.ts';
import type { Rulebook } from '../rules/rulebook.ts';
import type { Db } from '../store/db.ts';
import { lockIncidents } from '../store/incidents.ts';
import { type Handed, insertOutbox, type OutboxRow, strike, wait, wakeWaiting } from '../store/outbox.ts';
import { record } from '../store/record.ts';
import { endRun, findRun, type Run, saveVerify } from '../store/runs.ts';
import type { Sql } from '../store/sql.ts';
import { type Finding, judge, type Progress } from './judge.ts';
import { type Seen, see } from './see.ts';
import { type Timing, timingOf } from './timing.ts';

export interface VerifyParts {
  readonly db: Db;
  readonly clock: Clock;
  readonly remediations: ReadonlyMap<string, Remediation>;
  readonly toolbox: Toolbox;
  readonly settings: Settings;
  readonly resolveWithin: Millis;
  readonly hardStop: AbortSignal;
  rulebook(): Rulebook;
  handOver(rows: readonly Handed[]): void;
  onRunEnded(run: Run, outcome: string, incident: Incident): void;
}

/** Takes one look at the world of a run that was carried out, and says whether to look again or what came of it. */
export async function verifyRow(parts: VerifyParts, { id: rowId, runId }: OutboxRow): Promise<void> {
  const { db } = parts;
  if (runId === null) return void (await strike(db, [rowId]));
  const run = await findRun(db, runId);
  const remediation = run === undefined ? undefined : parts.remediations.get(run.remediation);
  const seen = run === undefined || remediation === undefined ? null : await look(parts, remediation, run);
  // The next start looks again, at once.
  if (seen === 'cut off') return wait(db, rowId, parts.clock.now());
  let ended: { run: Run; outcome: string; incident: Incident } | null = null;
  let isFree = false;
  const handed = await db.transaction(async (sql) => {
    ended = null;
    isFree = false;
    if (run === undefined || (await strike(sql, [rowId])) === 0) return [];
    const before = (await lockIncidents(sql, [run.incidentId])).get(run.incidentId);
    const now = parts.clock.now();
    if (before === undefined || before.incident.state !== 'verifying' || before.incident.runId !== run.id) {
      // The incident went another way (a person closed it): the target becomes free.
      await endRun(
        sql,
        run.id,
        null,
        { outcome: run.outcome ?? 'applied', reason: 'applied', detail: {}, open: false },
        now,
      );
      isFree = true;
      return [];
    }
    const timing = timingOf(remediation, parts.rulebook().get(run.rule));
    const finding = weigh(parts, run, timing, seen, before.incident.firing, now);
    const verify = { ...finding.progress, healthy: seen?.healthy ?? false, evidence: seen?.evidence ?? {} };
    await saveVerify(sql, run.id, verify as unknown as JsonObject);
    isFree = finding.kind === 'end';
    const change = await conclude(sql, parts, run, timing, before.incident, finding, seen, now);
    if (finding.kind === 'end') ended = { run, outcome: finding.outcome, incident: change?.after ?? before.incident };
    return change === null ? [] : record(sql, [{ before, ...change }], now);
  });
  if (ended !== null) {
    const { run: done, outcome, incident } = ended as { run: Run; outcome: string; incident: Incident };
    parts.onRunEnded(done, outcome, incident);
  }
  parts.handOver(handed);
  if (isFree) parts.handOver(await wakeWaiting(db, parts.clock.now()).catch(() => []));
}

async function look(parts: VerifyParts, remediation: Remediation, run: Run): Promise<Seen | 'cut off'> {
  try {
    return await see(parts, remediation, run);
  } catch (error) {
    if (error instanceof CutOff) return 'cut off';
    throw error;
  }
}

function weigh(
  parts: VerifyParts,
  run: Run,
  { within, holdFor }: Timing,
  seen: Seen | null,
  firing: boolean,
  now: number,
): Finding {
  const since = run.appliedAt ?? now;
  const stored = run.verify as Partial<Progress>;
  const before: Progress = { since, healthySince: stored.healthySince ?? null, clearedAt: stored.clearedAt ?? null };
  const terms = { within, holdFor, resolveWithin: parts.resolveWithin, noop: run.outcome === 'noop' };
  return judge(before, { now, healthy: seen?.healthy ?? false, firing }, terms);
}

interface Conclusion {
  readonly after: Incident;
  readonly entries: readonly Entry[];
  readonly owed: readonly Owed[];
}

/** Null where only another look is owed. */
async function conclude(
  sql: Sql,
  parts: VerifyParts,
  run: Run,
  { every }: Timing,
  incident: Incident,
  finding: Finding,
  seen: Seen | null,
  now: number,
): Promise<Conclusion | null> {
  if (finding.kind !== 'end') {
    const dueAt = now + every;
    await insertOutbox(sql, [{ kind: 'verify', incidentId: incident.id, runId: run.id, data: {}, dueAt }], now);
    return finding.kind === 'wait' ? null : tell(incident, { type: 'run-cleared' }, run, 'cleared', seen, now);
  }
  const { outcome } = finding;
  const more = (parts.rulebook().get(run.rule)?.do.length ?? 0) > run.attempt + 1;
  await endRun(sql, run.id, null, { outcome, reason: outcome, detail: {}, open: false }, now);
  return tell(incident, { type: 'verified', outcome, more }, run, outcome, seen, now);
}

function tell(
  incident: Incident,
  event: IncidentEvent,
  run: Run,
  reason: 'cleared' | Verified,
  seen: Seen | null,
  now: number,
): Conclusion | null {
  const step = advance(incident, event, now);
  if (step === null) return null;
  const data = {
    run: run.id,
    outcome: reason,
    firing: incident.firing,
    healthy: seen?.healthy ?? false,
    evidence: seen?.evidence ?? {},
  };
  const entry: Entry = { type: event.type, reason, summary: `${run.remediation}: ${REASONS[reason]}`, data };
  return { after: step.incident, entries: [entry], owed: step.owed };
}
