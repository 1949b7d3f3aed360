import { type Cover, coverOf } from '../domain/gathering.ts';
import { advance, type Incident } from '../domain/incident.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Reason } from '../domain/reason.ts';
import { type Millis, type Time, toIso } from '../domain/time.ts';
import { type Maintenance, ongoing } from '../rules/maintenance.ts';
import type { Rulebook } from '../rules/rulebook.ts';
import { type TimeIntervals, windowsAt } from '../rules/windows.ts';
import type { StoredIncident } from '../store/incidents.ts';
import type { Ledger } from '../store/ledger.ts';
import type { Change } from '../store/record.ts';

/** What it depends on whether a deadline may come later. */
export interface PutOffParts {
  /** Of the config. */
  readonly maintenance: readonly Maintenance[];
  readonly timeIntervals: TimeIntervals;
  /** When a person is paged where the rule does not say it. */
  readonly escalateAfter: Millis;
  /** For how long an acknowledgement keeps everybody else from being told. */
  readonly ackFor?: Millis;
  rulebook(): Rulebook;
}

/** Why a deadline comes later than it was said to. */
export interface PutOff {
  readonly until: Time;
  /** The incident whose page stands for this one's; null where none does. */
  readonly by: string | null;
  readonly reason: Reason | null;
  readonly summary: string;
  readonly data: JsonObject;
}

/** The change that puts it off; null where there is nothing to put off any more. */
export function putOffChange(before: StoredIncident, later: PutOff, now: Time): Change | null {
  const { until, by, reason, summary, data } = later;
  const step = advance(before.incident, { type: 'put-off', until, by }, now);
  if (step === null) return null;
  return { before, after: step.incident, entries: [{ type: 'put-off', reason, summary, data }], owed: step.owed };
}

/** Where healing may begin only now, it gets at least so long. */
const SHORTEST: Millis = 60_000;

/** How soon it is asked again whether a maintenance without an end in sight goes on. */
const AGAIN: Millis = 3_600_000;

/** How long healing may take, by the rule, from the moment that it may begin. */
export function timeToHeal({ rulebook, escalateAfter }: PutOffParts, rule: string): Millis {
  return Math.max(SHORTEST, rulebook().get(rule)?.escalate?.after ?? escalateAfter);
}

/** A put-off that is shorter would be all that anybody does; a longer one would leave a lost storm unseen. */
const LEAST: Millis = 5 * 60_000;
const MOST: Millis = 30 * 60_000;

/** The later deadline of an incident that another one's page stands for; null where none does. */
export function coveredBy(parts: PutOffParts, covers: readonly Cover[], incident: Incident, now: Time): PutOff | null {
  const cover = coverOf(covers, incident);
  if (cover === undefined) return null;
  const until = now + Math.min(MOST, Math.max(LEAST, timeToHeal(parts, incident.rule)));
  const reason =
    cover.gathering === 'RuleStorm' ? 'storm' : cover.gathering === 'CommonCause' ? 'common-cause' : 'isolated';
  return {
    until,
    by: cover.id,
    reason,
    summary: `The page of ${cover.id} stands for this one's; the deadline is put off to ${toIso(until)}`,
    data: { coveredBy: cover.id, until },
  };
}

/**
 * Whether the deadline of an incident, which is due, shall come later: another page stands for its own, or a maintenance
 * that wants no pages goes on. Whatever goes wrong in finding out is no reason not to page.
 */
export async function putOffFor(
  ledger: Pick<Ledger, 'episodesOf'>,
  parts: PutOffParts,
  covers: readonly Cover[],
  incident: Incident,
  now: Time,
): Promise<PutOff | null> {
  return coveredBy(parts, covers, incident, now) ?? quietMaintenance(ledger, parts, incident, now);
}

async function quietMaintenance(
  ledger: Pick<Ledger, 'episodesOf'>,
  parts: PutOffParts,
  incident: Incident,
  now: Time,
): Promise<PutOff | null> {
  const quiet = parts.maintenance.filter(({ pages }) => !pages);
  if (quiet.length === 0) return null;
  const alerts = (await ledger.episodesOf([incident.id])).filter(({ status }) => status === 'firing');
  const { rule, target } = incident;
  try {
    const found = ongoing(quiet, windowsAt(parts.timeIntervals, now), { rule, targets: [target], alerts });
    if (found === undefined) return null;
    const { name } = found.maintenance;
    const until = found.endsAt === null ? now + AGAIN : found.endsAt + timeToHeal(parts, rule);
    return {
      until,
      by: null,
      reason: 'maintenance',
      summary: `The maintenance '${name}' wants no pages; the deadline is put off to ${toIso(until)}`,
      data: { maintenance: name, endsAt: found.endsAt === null ? null : toIso(found.endsAt), until },
    };
  } catch {
    return null;
  }
}
