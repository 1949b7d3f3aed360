import type { Time } from '../domain/time.ts';
import type { Maintenance } from '../rules/maintenance.ts';
import type { Matcher } from '../rules/matchers/matcher.ts';
import { type TimeIntervals, windowsAt } from '../rules/windows.ts';
import type { FlapRow } from '../store/guard-facts.ts';
import type { FactsLedger } from '../store/ledger.ts';
import type { NewRun, RunFact } from '../store/runs.ts';
import type { Prepared } from './decide.ts';
import { MOST_SICK } from './guards/blast-radius.ts';
import { breakerKey, MOST_ENDED } from './guards/breaker.ts';
import type { CanaryState, EndedRun, Openings, Population } from './guards/counted.ts';
import { firingAlerts } from './guards/dependency.ts';
import { flapKey } from './guards/flapping.ts';
import type { Facts, GlobalLimits } from './guards/guard.ts';

/** What facts rest on beside the database. */
export interface FactsParts {
  readonly limits: GlobalLimits;
  /** Of the config, by name. */
  readonly timeIntervals: TimeIntervals;
  readonly maintenance: readonly Maintenance[];
  /** By remediation, measured before the transaction. */
  readonly populations: ReadonlyMap<string, Population>;
  readonly canaries: readonly CanaryState[];
}

/** How far back guardrails can look; longer periods in a rule count as this. */
export const MEMORY = 7 * 86_400_000;

const MOST_FIRING = 10_000;
export const MOST_OPENINGS = 5_000;
/** Of ended incidents of one target; each is two changes, so no limit of a rule lies above it. */
const MOST_FLAPS = 60;

/** Reads everything that the guardrails of a batch count, and of what few rules ask for only what these rules need. */
export async function readFacts(
  ledger: FactsLedger,
  parts: FactsParts,
  prepared: readonly Prepared[],
  now: Time,
): Promise<Facts> {
  const rules = [...new Set(prepared.map(({ rule }) => rule))];
  const pairs = new Map(
    prepared.map(({ rule: { name: rule }, plan: { remediation } }) => [
      breakerKey(rule, remediation),
      { rule, remediation },
    ]),
  );
  const limited = prepared.filter(({ rule }) => rule.guards.blastRadius !== null || rule.guards.commonCause !== null);
  const kinds = [...new Set(limited.map(({ plan }) => plan.target.kind))];
  const stormy = rules
    .filter(({ guards }) => guards.storm !== null || guards.commonCause !== null)
    .map(({ name }) => name);
  const entries = rules.flatMap(({ guards }) => guards.unless);
  const abouts = prepared.map(({ rule, about }) => ({ rule: rule.name, target: about }));
  const longest = Math.max(0, ...rules.map(({ guards }) => guards.flapping.within));
  const [pauses, demotions, runs, runsLastHour, firing, sick, openings, ended, changes] = await Promise.all([
    ledger.standingPauses(now),
    ledger.standingDemotions(),
    ledger.runFacts(
      prepared.map(({ plan }) => plan.target),
      now - MEMORY,
    ),
    ledger.runsAdmittedSince(now - 3_600_000),
    entries.length === 0 ? [] : ledger.firingNow(namesIn(entries), MOST_FIRING + 1),
    Promise.all(kinds.map((kind) => ledger.sickTargets(kind, MOST_SICK + 1))),
    ledger.openingsOf(stormy, now - MEMORY, MOST_OPENINGS + 1),
    ledger.endedRuns([...pairs.values()], MOST_ENDED),
    ledger.changesOf(abouts, now - Math.min(longest, MEMORY), MOST_FLAPS),
  ]);
  return {
    pauses,
    demoted: new Set(demotions.map(({ rule }) => rule)),
    runs,
    runsLastHour,
    firing: firingAlerts(firing, MOST_FIRING),
    sick: new Map(kinds.map((kind, i) => [kind, new Set(sick[i])])),
    populations: parts.populations,
    canaries: parts.canaries,
    openings: openingsByRule(stormy, openings),
    ended: new Map<string, readonly EndedRun[]>([
      ...[...pairs.keys()].map((key) => [key, []] as const),
      ...Map.groupBy(ended, ({ rule, remediation }) => breakerKey(rule, remediation)),
    ]),
    changes: changesByTarget(prepared, changes),
    windows: windowsAt(parts.timeIntervals, now),
    maintenance: parts.maintenance,
    limits: parts.limits,
  };
}

/** The facts with a run that this batch has just admitted itself. */
export function admitted(facts: Facts, { id, incidentId, rule, target, admittedAt }: NewRun): Facts {
  const run: RunFact = { id, incidentId, rule, target, admittedAt, endedAt: null, outcome: null };
  return { ...facts, runs: [...facts.runs, run], runsLastHour: facts.runsLastHour + 1 };
}

/** The only names that alerts can have which one of the entries matches; null where that could be any. */
function namesIn(entries: readonly (readonly Matcher[])[]): readonly string[] | null {
  const names = entries.map(
    (matchers) => matchers.find(({ name, only }) => name === 'alertname' && only !== null)?.only,
  );
  const known = names.filter((only) => only != null);
  return known.length === entries.length ? known.flat() : null;
}

/** What ended by itself went on once and off once; what is open went on. */
function changesByTarget(
  prepared: readonly Prepared[],
  flaps: readonly FlapRow[],
): ReadonlyMap<string, readonly Time[]> {
  const past = Map.groupBy(flaps, ({ rule, target }) => flapKey(rule, target));
  return new Map(
    prepared.map(({ rule, about, openedAt }) => {
      const key = flapKey(rule.name, about);
      return [key, [openedAt, ...(past.get(key) ?? []).flatMap(({ onAt, offAt }) => [onAt, offAt])]];
    }),
  );
}

export function openingsByRule(
  rules: readonly string[],
  rows: readonly { readonly rule: string; readonly target: string; readonly at: Time }[],
): ReadonlyMap<string, Openings> {
  const grouped = Map.groupBy(rows, ({ rule }) => rule);
  return new Map(
    rules.map((rule) => {
      const list = grouped.get(rule) ?? [];
      return [rule, { list, cut: list.length > MOST_OPENINGS }];
    }),
  );
}
