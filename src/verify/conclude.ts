import type { Entry, IncidentEvent, Owed, Verified } from '../domain/event.ts';
import { advance, type Incident } from '../domain/incident.ts';
import type { JsonObject } from '../domain/json.ts';
import { REASONS } from '../domain/reason.ts';
import type { Clock, Millis } from '../domain/time.ts';
import type { Remediation } from '../remediation/define.ts';
import type { Rulebook } from '../rules/rulebook.ts';
import type { Ledger } from '../store/ledger.ts';
import type { Handed } from '../store/outbox.ts';
import type { Run } from '../store/runs.ts';
import { type Finding, judge, type Progress } from './judge.ts';
import type { Seen } from './see.ts';
import { type Timing, timingOf } from './timing.ts';

/** What a look is judged by beside the ledger. */
export interface ConcludeParts {
  readonly clock: Clock;
  readonly remediations: ReadonlyMap<string, Remediation>;
  /** How long a source may take to say that the alert is gone, once the world is healthy. */
  readonly resolveWithin: Millis;
  rulebook(): Rulebook;
}

export interface Concluded {
  readonly handed: readonly Handed[];
  /** The target has become free. */
  readonly isFree: boolean;
  /** How the run ended, and its incident after that; null where it is looked at again. */
  readonly ended: { readonly outcome: string; readonly incident: Incident } | null;
}

const NOTHING: Concluded = { handed: [], isFree: false, ended: null };

/**
 * Writes down what one look at the world of a run has shown, in the ledger's transaction: another look, or what came of it.
 *
 * @param seen null where nobody could look, because the remediation is not loaded any more
 */
export async function concludeLook(
  ledger: Ledger,
  parts: ConcludeParts,
  rowId: number,
  run: Run | undefined,
  seen: Seen | null,
): Promise<Concluded> {
  if (run === undefined || (await ledger.strike([rowId])) === 0) return NOTHING;
  const before = (await ledger.lockIncidents([run.incidentId])).get(run.incidentId);
  const now = parts.clock.now();
  if (before === undefined || before.incident.state !== 'verifying' || before.incident.runId !== run.id) {
    // The incident went another way (a person closed it): the target becomes free.
    await ledger.endRun(
      run.id,
      null,
      { outcome: run.outcome ?? 'applied', reason: 'applied', detail: {}, open: false },
      now,
    );
    return { ...NOTHING, isFree: true };
  }
  const timing = timingOf(parts.remediations.get(run.remediation), parts.rulebook().get(run.rule));
  const finding = weigh(parts, run, timing, seen, before.incident.firing, now);
  const verify = { ...finding.progress, healthy: seen?.healthy ?? false, evidence: seen?.evidence ?? {} };
  await ledger.saveVerify(run.id, verify as unknown as JsonObject);
  const change = await conclude(ledger, parts, run, timing, before.incident, finding, seen, now);
  return {
    handed: change === null ? [] : await ledger.record([{ before, ...change }], now),
    isFree: finding.kind === 'end',
    ended: finding.kind === 'end' ? { outcome: finding.outcome, incident: change?.after ?? before.incident } : null,
  };
}

function weigh(
  parts: ConcludeParts,
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
  ledger: Ledger,
  parts: ConcludeParts,
  run: Run,
  { every }: Timing,
  incident: Incident,
  finding: Finding,
  seen: Seen | null,
  now: number,
): Promise<Conclusion | null> {
  if (finding.kind !== 'end') {
    const dueAt = now + every;
    await ledger.insertOutbox([{ kind: 'verify', incidentId: incident.id, runId: run.id, data: {}, dueAt }], now);
    return finding.kind === 'wait' ? null : tell(incident, { type: 'run-cleared' }, run, 'cleared', seen, now);
  }
  const { outcome } = finding;
  const more = (parts.rulebook().get(run.rule)?.do.length ?? 0) > run.attempt + 1;
  await ledger.endRun(run.id, null, { outcome, reason: outcome, detail: {}, open: false }, now);
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
