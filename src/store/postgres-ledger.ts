import { lockAdmission } from './admission.ts';
import { decideApproval, findApprovals, insertApprovals } from './approvals.ts';
import { demote, liftDemotion, standingDemotions } from './demotions.ts';
import { episodesOf, firingCounts, insertEpisodes, lockCurrent, retireEpisodes, updateEpisodes } from './episodes.ts';
import { changesOf, endedRuns, firingNow, openingsOf, sickTargets } from './guard-facts.ts';
import { healedSince, lockIncidents, lockOpenIncidents } from './incidents.ts';
import type { Ledger } from './ledger.ts';
import { firstBegun, newAlerts } from './new-alerts.ts';
import { claimDue, insertOutbox, lockRows, strike } from './outbox.ts';
import { liftPauses, setPause, standingPauses } from './pauses.ts';
import { record } from './record.ts';
import { endRun, findRun, insertRuns, markRecurred, runFacts, runsAdmittedSince, saveVerify } from './runs.ts';
import { at, type Sql } from './sql.ts';
import { wakeHeld } from './wake.ts';

/** The ledger in Postgres, as this transaction sees it. Calls that do not wait for each other travel together. */
export function postgresLedger(sql: Sql): Ledger {
  return {
    lockCurrent: (identities) => lockCurrent(sql, identities),
    insertEpisodes: (episodes, isCurrent) => insertEpisodes(sql, episodes, isCurrent),
    updateEpisodes: (episodes) => updateEpisodes(sql, episodes),
    retireEpisodes: (ids) => retireEpisodes(sql, ids),
    episodesOf: (incidentIds) => episodesOf(sql, incidentIds),
    newAlerts: (about, limit) => newAlerts(sql, about, limit),
    firingCounts: (incidentIds) => firingCounts(sql, incidentIds),

    lockIncidents: (ids) => lockIncidents(sql, ids),
    lockOpenIncidents: (wanted) => lockOpenIncidents(sql, wanted),
    healedSince: (wanted, since) => healedSince(sql, wanted, at(since)),
    record: (changes, now) => record(sql, changes, now),

    lockRows: (ids, now) => lockRows(sql, ids, now),
    claimDue: (now, limit) => claimDue(sql, now, limit),
    insertOutbox: (rows, now) => insertOutbox(sql, rows, now),
    strike: (ids) => strike(sql, ids),
    wakeHeld: (waking, now) => wakeHeld(sql, waking, now),

    insertRuns: (runs) => insertRuns(sql, runs),
    findRun: (id) => findRun(sql, id),
    firstBegun: (id, steps) => firstBegun(sql, id, steps),
    endRun: (id, fence, ending, now) => endRun(sql, id, fence, ending, now),
    markRecurred: (incidentIds, now) => markRecurred(sql, incidentIds, now),
    saveVerify: (id, verify) => saveVerify(sql, id, verify),
    insertApprovals: (approvals) => insertApprovals(sql, approvals),
    findApprovals: (ids) => findApprovals(sql, ids),
    decideApproval: (id, decision, now) => decideApproval(sql, id, decision, now),
    demote: (demotion) => demote(sql, demotion),
    liftDemotion: (rule, by, why, now) => liftDemotion(sql, rule, by, why, now),
    setPause: (pause) => setPause(sql, pause),
    liftPauses: (scope, key, by, now) => liftPauses(sql, scope, key, by, now),

    standingPauses: (now) => standingPauses(sql, now),
    standingDemotions: () => standingDemotions(sql),
    runFacts: (targets, since) => runFacts(sql, targets, since),
    runsAdmittedSince: (since) => runsAdmittedSince(sql, since),
    firingNow: (names, limit) => firingNow(sql, names, limit),
    sickTargets: (kind, limit) => sickTargets(sql, kind, limit),
    openingsOf: (rules, since, limit) => openingsOf(sql, rules, since, limit),
    endedRuns: (pairs, limit) => endedRuns(sql, pairs, limit),
    changesOf: (wanted, since, limit) => changesOf(sql, wanted, since, limit),

    lockAdmission: () => lockAdmission(sql),
  };
}
