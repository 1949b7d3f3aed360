import { advance, hasEnded } from '../domain/incident.ts';
import type { Severity } from '../domain/severity.ts';
import type { Clock, Time } from '../domain/time.ts';
import type { TimeInterval } from '../domain/time-interval.ts';
import type { Remediation } from '../remediation/define.ts';
import type { Rulebook } from '../rules/rulebook.ts';
import { findApprovals, insertApprovals } from '../store/approvals.ts';
import type { Db } from '../store/db.ts';
import { type Episode, episodesOf } from '../store/episodes.ts';
import { rulesOfRows } from '../store/guard-facts.ts';
import { lockIncidents, type StoredIncident } from '../store/incidents.ts';
import { type Handed, lockRows, strike } from '../store/outbox.ts';
import { type Change, record } from '../store/record.ts';
import { insertRuns } from '../store/runs.ts';
import type { Sql } from '../store/sql.ts';
import { type Case, decide, prepare } from './decide.ts';
import { admitted, readFacts } from './facts.ts';
import type { GlobalLimits } from './guards/guard.ts';
import type { Populations } from './populations.ts';
import type { Verdict } from './verdict.ts';

export interface DecideParts {
  readonly db: Db;
  readonly clock: Clock;
  readonly remediations: ReadonlyMap<string, Remediation>;
  readonly limits: GlobalLimits;
  readonly unmatched: Readonly<Record<Severity, 'page' | 'record'>>;
  /** Of the config, by name. */
  readonly timeIntervals: ReadonlyMap<string, readonly TimeInterval[]>;
  readonly populations: Populations;
  rulebook(): Rulebook;
  handOver(rows: readonly Handed[]): void;
  /** Told of every verdict, for the figures. */
  onVerdict(rule: string, verdict: Verdict): void;
}

/** Any number will do, as long as every replica uses the same. */
const ADMISSION_LOCK = 7_301_945;

/**
 * Decides a batch of incidents in one transaction. Admissions of all replicas take turns: what a guardrail counted is
 * still true when the run is stored, and a batch sees the runs that it has just admitted itself.
 */
export async function decideBatch(parts: DecideParts, rowIds: readonly number[]): Promise<void> {
  await measurePopulations(parts, rowIds);
  const { handed, told } = await parts.db.transaction(async (sql) => {
    const rows = await lockRows(sql, rowIds, parts.clock.now());
    const ids = [...new Set(rows.flatMap((row) => row.incidentId ?? []))];
    const stored = await lockIncidents(sql, ids);
    const open = [...stored.values()].filter(({ incident }) => !hasEnded(incident) && isUndecided(incident.state));
    const { judged, now } = await judge(sql, parts, open);
    const [, , handed] = await Promise.all([
      insertRuns(
        sql,
        judged.flatMap(({ verdict }) => verdict.run ?? []),
      ),
      insertApprovals(
        sql,
        judged.flatMap(({ verdict }) => verdict.approval ?? []),
      ),
      record(
        sql,
        judged.map(({ change }) => change),
        now,
      ),
      strike(
        sql,
        rows.map((row) => row.id),
      ),
    ]);
    return { handed, told: judged };
  });
  for (const { verdict, change } of told) parts.onVerdict(change.after.rule, verdict);
  parts.handOver(handed);
}

interface Judged {
  readonly verdict: Verdict;
  readonly change: Change;
}

async function judge(
  sql: Sql,
  parts: DecideParts,
  open: readonly StoredIncident[],
): Promise<{ readonly judged: readonly Judged[]; readonly now: Time }> {
  if (open.length === 0) return { judged: [], now: parts.clock.now() };
  // From the lock on this is the only admission anywhere, until the commit. The time is taken after the wait for it, so that
  // no run counts from before another one whose place it takes.
  const [all, approvals] = await Promise.all([
    episodesOf(
      sql,
      open.map(({ incident }) => incident.id),
    ),
    findApprovals(
      sql,
      open.flatMap(({ incident }) => incident.approvalId ?? []),
    ),
    sql.query('select pg_advisory_xact_lock($1)', [ADMISSION_LOCK], 'admission-lock'),
  ]);
  const episodes = groupByIncident(all);
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
  const { limits, timeIntervals, populations } = parts;
  let facts = await readFacts(sql, { limits, timeIntervals, populations: populations.known() }, plans, now);
  const judged: Judged[] = [];
  for (const { before, one, prepared } of cases) {
    const { incident } = before;
    const verdict = decide(one, facts, bench, prepared);
    const step = advance(incident, verdict.event, now);
    if (step === null) continue;
    if (verdict.run !== null && !verdict.run.dry) facts = admitted(facts, verdict.run);
    // A no that only repeats itself adds nothing to the history.
    const repeats =
      verdict.event.type === 'held' && incident.state === 'held' && incident.reason === verdict.event.reason;
    const entries = repeats ? [] : [verdict.entry];
    judged.push({ verdict, change: { before, after: step.incident, entries, owed: step.owed } });
  }
  return { judged, now };
}

/** Asks the world how many there are of what the batch may act on; within the transaction everybody would wait for it. */
async function measurePopulations({ db, populations, ...parts }: DecideParts, rowIds: readonly number[]) {
  const shares = parts.rulebook().rules.filter(({ guards }) => guards.blastRadius?.percent != null);
  if (shares.length === 0) return;
  const asked = new Set(await rulesOfRows(db, rowIds));
  const wanted = shares.filter(({ name }) => asked.has(name)).flatMap((rule) => rule.do);
  await populations.measure(wanted.map(({ remediation }) => remediation));
}

function isUndecided(state: string): boolean {
  return state === 'received' || state === 'held';
}

function groupByIncident(episodes: readonly Episode[]): Map<string, Episode[]> {
  return Map.groupBy(episodes, (episode) => episode.incidentId ?? '');
}
