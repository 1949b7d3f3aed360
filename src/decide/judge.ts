import { advance, hasEnded } from '../domain/incident.ts';
import type { JsonObject } from '../domain/json.ts';
import type { SourceStop } from '../domain/presence.ts';
import type { Severity } from '../domain/severity.ts';
import type { Clock, Millis, Time } from '../domain/time.ts';
import type { Remediation } from '../remediation/define.ts';
import type { Maintenance } from '../rules/maintenance.ts';
import type { Rulebook } from '../rules/rulebook.ts';
import type { TimeIntervals } from '../rules/windows.ts';
import type { StoredIncident } from '../store/incidents.ts';
import type { Ledger } from '../store/ledger.ts';
import type { Handed } from '../store/outbox.ts';
import type { Change } from '../store/record.ts';
import { type Case, decide, prepare } from './decide.ts';
import { admitted, readFacts } from './facts.ts';
import type { CanaryState, Population } from './guards/counted.ts';
import type { GlobalLimits } from './guards/guard.ts';
import { tell } from './telling.ts';
import { hold, type Verdict } from './verdict.ts';

/** What decisions rest on beside the ledger. */
export interface JudgeParts {
  readonly clock: Clock;
  readonly remediations: ReadonlyMap<string, Remediation>;
  readonly limits: GlobalLimits;
  readonly unmatched: Readonly<Record<Severity, 'page' | 'record'>>;
  /** Of the config, by name. */
  readonly timeIntervals: TimeIntervals;
  readonly maintenance: readonly Maintenance[];
  readonly populations: { known(): ReadonlyMap<string, Population> };
  /** What must always be reachable, as it was when it was last looked at. */
  readonly canaries: { known(): readonly CanaryState[] };
  rulebook(): Rulebook;
}

/** How soon a source is asked again that stopped an incident: a silence may be lifted, and nobody tells of that. */
const ASK_SOURCE_AGAIN: Millis = 60_000;

export interface Judged {
  readonly verdict: Verdict;
  readonly change: Change;
}

/**
 * Decides the incidents of these outbox rows in the ledger's transaction. Admissions of all replicas take turns: what a
 * guardrail counted is still true when the run is stored, and a batch sees the runs that it has just admitted itself.
 *
 * @param stops what sources said just now of incidents that they had stopped before
 */
export async function decideRows(
  ledger: Ledger,
  parts: JudgeParts,
  rowIds: readonly number[],
  stops: ReadonlyMap<string, SourceStop> = new Map(),
): Promise<{ readonly judged: readonly Judged[]; readonly handed: readonly Handed[] }> {
  const rows = await ledger.lockRows(rowIds, parts.clock.now());
  const ids = [...new Set(rows.flatMap((row) => row.incidentId ?? []))];
  const stored = await ledger.lockIncidents(ids);
  const open = [...stored.values()].filter(({ incident }) => !hasEnded(incident) && isUndecided(incident.state));
  const withRow = new Map(rows.map(({ incidentId, data }) => [incidentId ?? '', data]));
  const { judged, now } = await judge(ledger, parts, open, stops, withRow);
  const [, , handed] = await Promise.all([
    ledger.insertRuns(judged.flatMap(({ verdict }) => verdict.run ?? [])),
    ledger.insertApprovals(judged.flatMap(({ verdict }) => verdict.approval ?? [])),
    ledger.record(
      judged.map(({ change }) => change),
      now,
    ),
    ledger.strike(rows.map((row) => row.id)),
  ]);
  return { judged, handed };
}

async function judge(
  ledger: Ledger,
  parts: JudgeParts,
  open: readonly StoredIncident[],
  stops: ReadonlyMap<string, SourceStop>,
  withRow: ReadonlyMap<string, JsonObject>,
): Promise<{ readonly judged: readonly Judged[]; readonly now: Time }> {
  if (open.length === 0) return { judged: [], now: parts.clock.now() };
  // From the lock on this is the only admission anywhere, until the commit. The time is taken after the wait for it, so that
  // no run counts from before another one whose place it takes.
  const [all, approvals] = await Promise.all([
    ledger.episodesOf(open.map(({ incident }) => incident.id)),
    ledger.findApprovals(open.flatMap(({ incident }) => incident.approvalId ?? [])),
    ledger.lockAdmission(),
  ]);
  const episodes = Map.groupBy(all, (episode) => episode.incidentId ?? '');
  const now = parts.clock.now();
  const bench = { rulebook: parts.rulebook(), remediations: parts.remediations, unmatched: parts.unmatched, now };
  // The oldest problem has the first claim on what is scarce.
  const cases = open
    .toSorted((a, b) => a.incident.openedAt - b.incident.openedAt)
    .map((before) => {
      const { incident } = before;
      const approval = incident.approvalId === null ? undefined : approvals.get(incident.approvalId);
      const one: Case = { incident, episodes: episodes.get(incident.id) ?? [], approval };
      return { before, one, prepared: prepare(one, bench) };
    });
  const plans = cases.flatMap(({ prepared }) => ('plan' in prepared ? [prepared] : []));
  let facts = await readFacts(
    ledger,
    { ...parts, populations: parts.populations.known(), canaries: parts.canaries.known() },
    plans,
    now,
  );
  const judged: Judged[] = [];
  for (const { before, one, prepared } of cases) {
    const { incident } = before;
    const stop = 'plan' in prepared ? stops.get(incident.id) : undefined;
    const verdict =
      stop === undefined
        ? decide(one, facts, bench, prepared)
        : hold(stop.reason, now + ASK_SOURCE_AGAIN, { why: stop.why });
    const step = advance(incident, verdict.event, now);
    if (step === null) continue;
    if (verdict.run !== null && !verdict.run.dry) facts = admitted(facts, verdict.run);
    const { entries, owed } = tell(before, verdict, step.owed, withRow.get(incident.id) ?? {}, now);
    judged.push({ verdict, change: { before, after: step.incident, entries, owed } });
  }
  return { judged, now };
}

function isUndecided(state: string): boolean {
  return state === 'received' || state === 'held';
}
