import type { Target } from '../domain/alert.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Time } from '../domain/time.ts';
import type { Approval } from './approvals.ts';
import type { Demotion } from './demotions.ts';
import type { Episode, Identity } from './episodes.ts';
import type { EndedRunRow, FiringRow, FlapRow, OpeningRow, RuleRemediation } from './guard-facts.ts';
import type { RuleTarget, StoredIncident } from './incidents.ts';
import type { NewAlert, NewAlertsAbout } from './new-alerts.ts';
import type { Handed, NewOutboxRow, OutboxRow } from './outbox.ts';
import type { Pause } from './pauses.ts';
import type { Change } from './record.ts';
import type { NewRun, Run, RunEnding, RunFact } from './runs.ts';
import type { Waking } from './wake.ts';

/** The alerts that we hold, one continuous firing each. */
export interface EpisodeLedger {
  /** The current episode of each identity that has one, locked. */
  lockCurrent(identities: readonly Identity[]): Promise<Episode[]>;
  /** As the current ones of their identities or as past ones. Those that they follow are retired first. */
  insertEpisodes(episodes: readonly Episode[], isCurrent: boolean): Promise<void>;
  updateEpisodes(episodes: readonly Episode[]): Promise<void>;
  retireEpisodes(ids: readonly number[]): Promise<void>;
  /** All episodes of these incidents, firing ones first, then by age. */
  episodesOf(incidentIds: readonly string[]): Promise<Episode[]>;
  /** Incidents without a firing episode may be left out. */
  firingCounts(incidentIds: readonly string[]): Promise<Map<string, number>>;
  /** Alerts that fire now and did not at that time, those on the given target first. */
  newAlerts(about: NewAlertsAbout, limit: number): Promise<NewAlert[]>;
}

/** Open problems, and every change of them. */
export interface IncidentLedger {
  lockIncidents(ids: readonly string[]): Promise<Map<string, StoredIncident>>;
  /** The open incidents of these rules and targets, locked. */
  lockOpenIncidents(wanted: readonly RuleTarget[]): Promise<StoredIncident[]>;
  /** For each rule and target the last incident that was healed since then, if any. */
  healedSince(wanted: readonly RuleTarget[], since: Time): Promise<(RuleTarget & { readonly id: string })[]>;
  /**
   * Writes changes: state, timeline and outbox. Each incident may stand in the list once.
   *
   * @returns the outbox rows that are due.
   * @throws StaleIncident where one was changed since it was read, and a unique violation (`code` 23505) where another
   *   incident of the same rule and target is open.
   */
  record(changes: readonly Change[], now: Time): Promise<Handed[]>;
}

/** Work owed, with the times at which it is due. */
export interface OutboxLedger {
  /** The rows that still stand and are due, in the order of their ids. */
  lockRows(ids: readonly number[], now: Time): Promise<OutboxRow[]>;
  /** Claims due rows that nobody has handed over. The oldest are claimed first; they come in no order. */
  claimDue(now: Time, limit: number): Promise<Handed[]>;
  /** @returns the rows to hand over. */
  insertOutbox(rows: readonly NewOutboxRow[], now: Time): Promise<Handed[]>;
  /** @returns how many rows stood. */
  strike(ids: readonly number[]): Promise<number>;
  /**
   * Has held incidents decided again now, the oldest problem first; under the admission lock, after the change is visible.
   *
   * @returns the rows to hand over.
   */
  wakeHeld(waking: Waking, now: Time): Promise<Handed[]>;
}

/** Attempts, and what people said about them. */
export interface RunLedger {
  /** @throws a unique violation (`code` 23505) where a run is already on one of the targets. */
  insertRuns(runs: readonly NewRun[]): Promise<void>;
  findRun(id: string): Promise<Run | undefined>;
  /** When a run first began one of these steps, null is any; null where it has begun none. */
  firstBegun(id: string, steps: readonly string[] | null): Promise<Time | null>;
  /** @returns false where it has ended, or belongs to somebody with another fence. Null: whoever has it. */
  endRun(id: string, fence: number | null, ending: RunEnding, now: Time): Promise<boolean>;
  /** The trouble of these healed incidents has come back: the runs that had held are no success any more. */
  markRecurred(incidentIds: readonly string[], now: Time): Promise<void>;
  saveVerify(id: string, verify: JsonObject): Promise<void>;
  insertApprovals(approvals: readonly Approval[]): Promise<void>;
  findApprovals(ids: readonly string[]): Promise<Map<string, Approval>>;
  /** Decides once: the first decision stands. @returns whether this one was it. */
  decideApproval(id: string, decision: NonNullable<Approval['decision']>, now: Time): Promise<boolean>;
  /** @returns whether the rule was not demoted. */
  demote(demotion: Demotion): Promise<boolean>;
  /** @returns whether the rule was demoted. */
  liftDemotion(rule: string, by: string, why: string, now: Time): Promise<boolean>;
  setPause(pause: Pause): Promise<void>;
  /** @returns how many pauses were lifted. */
  liftPauses(scope: Pause['scope'], key: string, by: string, now: Time): Promise<number>;
}

/** What guardrails count. */
export interface FactsLedger {
  standingPauses(now: Time): Promise<Pause[]>;
  standingDemotions(): Promise<Demotion[]>;
  /** Every run that holds its target, and every run on one of the targets that was admitted since then. */
  runFacts(targets: readonly Target[], since: Time): Promise<RunFact[]>;
  runsAdmittedSince(since: Time): Promise<number>;
  /** Alerts that fire now, without tests; `names` null is any. */
  firingNow(names: readonly string[] | null, limit: number): Promise<FiringRow[]>;
  /** Ids of the targets of this kind that have an open incident whose alert fires. */
  sickTargets(kind: string, limit: number): Promise<string[]>;
  /** What these rules opened since then, newest first, so many of each rule. */
  openingsOf(rules: readonly string[], since: Time, limit: number): Promise<OpeningRow[]>;
  /** How the last runs of each remediation under its rule ended, oldest first. */
  endedRuns(pairs: readonly RuleRemediation[], limit: number): Promise<EndedRunRow[]>;
  /** What ended by itself (`cleared-by-itself`) after then, of these rules and targets: so many of each, the last ones. */
  changesOf(wanted: readonly RuleTarget[], since: Time, limit: number): Promise<FlapRow[]>;
}

/**
 * What is held about alerts, incidents and runs, as one transaction sees it. The work of the stages is written against it, so
 * that the same code decides on Postgres and, in tests of rules and in replays, in memory. Every method promises what the
 * function of the same name in this room promises; one set of tests holds both to it.
 */
export interface Ledger extends EpisodeLedger, IncidentLedger, OutboxLedger, RunLedger, FactsLedger {
  /** From here on this is the only admission anywhere, until the transaction ends. */
  lockAdmission(): Promise<void>;
}
