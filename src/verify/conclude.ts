import type { Entry, IncidentEvent, Owed, Verified } from '../domain/event.ts';
import { advance, type Incident } from '../domain/incident.ts';
import type { JsonObject } from '../domain/json.ts';
import { REASONS } from '../domain/reason.ts';
import { type Clock, type Millis, toIso } from '../domain/time.ts';
import type { Remediation } from '../remediation/define.ts';
import type { Rulebook } from '../rules/rulebook.ts';
import type { Ledger } from '../store/ledger.ts';
import type { Handed } from '../store/outbox.ts';
import type { Run } from '../store/runs.ts';
import type { DependsOn } from './config.ts';
import { type Finding, judge, type Progress, type Terms, worsened } from './judge.ts';
import type { Seen } from './see.ts';
import { type Timing, timingOf } from './timing.ts';
import { readWitnesses } from './witnesses.ts';
import { sayWitnesses, type Witness } from './worse.ts';

/** What a look is judged by beside the ledger. */
export interface ConcludeParts {
  readonly clock: Clock;
  readonly remediations: ReadonlyMap<string, Remediation>;
  /** How long a source may take to say that the alert is gone, once the world is healthy. */
  readonly resolveWithin: Millis;
  readonly dependsOn: DependsOn;
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
 * @param run undefined where it is gone; then nothing is left to look at
 * @param seen null where nobody could look, because the remediation is not loaded any more
 */
export async function concludeLook(
  ledger: Ledger,
  parts: ConcludeParts,
  rowId: number,
  run: Run | undefined,
  seen: Seen | null,
): Promise<Concluded> {
  if ((await ledger.strike([rowId])) === 0 || run === undefined) return NOTHING;
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
  const { finding, against } = await weigh(ledger, parts, run, timing, seen, before.incident, now);
  const sight: Sight = { healthy: seen?.healthy ?? false, evidence: seen?.evidence ?? {}, against };
  await ledger.saveVerify(run.id, { ...finding.progress, ...evidenceOf(sight) } as unknown as JsonObject);
  const change = await conclude(ledger, parts, run, timing, before.incident, finding, sight, now);
  return {
    handed: change === null ? [] : await ledger.record([{ before, ...change }], now),
    isFree: finding.kind === 'end',
    ended: finding.kind === 'end' ? { outcome: finding.outcome, incident: change?.after ?? before.incident } : null,
  };
}

/** What was seen in one look, and which new alerts speak against the run. */
interface Sight extends Seen {
  readonly against: readonly Witness[];
}

/** More than anybody reads; the alerts have incidents of their own. */
const MOST_WITNESSES = 20;

function evidenceOf({ healthy, evidence, against }: Sight): JsonObject {
  if (against.length === 0) return { healthy, evidence };
  const newAlerts = against.slice(0, MOST_WITNESSES).map((one) => ({ ...one, openedAt: toIso(one.openedAt) }));
  return { healthy, evidence: { ...evidence, newAlerts }, newAlerts: against.length };
}

async function weigh(
  ledger: Ledger,
  parts: ConcludeParts,
  run: Run,
  { within, holdFor }: Timing,
  seen: Seen | null,
  incident: Incident,
  now: number,
): Promise<{ readonly finding: Finding; readonly against: readonly Witness[] }> {
  const since = run.appliedAt ?? now;
  const stored = run.verify as Partial<Progress>;
  const before: Progress = { since, healthySince: stored.healthySince ?? null, clearedAt: stored.clearedAt ?? null };
  const terms: Terms = { within, holdFor, resolveWithin: parts.resolveWithin, noop: run.outcome === 'noop' };
  const finding = judge(before, { now, healthy: seen?.healthy ?? false, firing: incident.firing }, terms);
  if (finding.kind !== 'end' || terms.noop) return { finding, against: [] };
  const against = await readWitnesses(ledger, parts, run, incident);
  return { finding: worsened(finding, now, terms, against.length), against };
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
  sight: Sight,
  now: number,
): Promise<Conclusion | null> {
  if (finding.kind !== 'end') {
    const dueAt = now + every;
    await ledger.insertOutbox([{ kind: 'verify', incidentId: incident.id, runId: run.id, data: {}, dueAt }], now);
    return finding.kind === 'wait' ? null : tell(incident, { type: 'run-cleared' }, run, 'cleared', sight, now);
  }
  const { outcome } = finding;
  const more = (parts.rulebook().get(run.rule)?.do.length ?? 0) > run.attempt + 1;
  const detail = outcome === 'worse' ? { why: sayWitnesses(sight.against) } : {};
  await ledger.endRun(run.id, null, { outcome, reason: outcome, detail, open: false }, now);
  return tell(incident, { type: 'verified', outcome, more }, run, outcome, sight, now);
}

function tell(
  incident: Incident,
  event: IncidentEvent,
  run: Run,
  reason: 'cleared' | Verified,
  sight: Sight,
  now: number,
): Conclusion | null {
  const step = advance(incident, event, now);
  if (step === null) return null;
  const data = {
    run: run.id,
    outcome: reason,
    firing: incident.firing,
    ...evidenceOf(sight),
  };
  const words = reason === 'worse' ? sayWitnesses(sight.against) : REASONS[reason];
  const entry: Entry = { type: event.type, reason, summary: `${run.remediation}: ${words}`, data };
  return { after: step.incident, entries: [entry], owed: step.owed };
}
