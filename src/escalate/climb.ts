import { beginClimb, type Cause, type Climb, climbOn, type Level, toldAtOnce } from '../domain/climb.ts';
import { formatDuration } from '../domain/duration.ts';
import { advance, hasEnded } from '../domain/incident.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Time } from '../domain/time.ts';
import { findClimb, saveClimb } from '../store/climbs.ts';
import { lockIncidents, type StoredIncident } from '../store/incidents.ts';
import { type Handed, insertOutbox, type NewOutboxRow, type OutboxRow, strike } from '../store/outbox.ts';
import { record } from '../store/record.ts';
import type { Sql } from '../store/sql.ts';
import { channelAt } from './addresses.ts';
import { pagingNames } from './choose.ts';
import { policyFor, startingLevel } from './config.ts';
import type { PeopleParts } from './people.ts';
import { type Whom, whomOf } from './whom.ts';

/** What the first page of an incident begins: its climb, and what has to be sent to whom. */
export interface Begun {
  readonly climb: Climb;
  readonly levels: readonly Level[];
}

/** The climb that the page of an incident begins, by the policy of its rule, or the first one of the config. */
export function begin(
  { escalation, rulebook }: Pick<PeopleParts, 'escalation' | 'rulebook'>,
  {
    incident,
    alerts,
  }: { readonly incident: StoredIncident['incident']; readonly alerts: Parameters<typeof startingLevel>[2] },
  now: Time,
): Begun | null {
  const wanted = rulebook().get(incident.rule)?.escalate?.policy;
  const first = escalation.policies[0]?.name ?? '';
  const name = escalation.policies.some((one) => one.name === wanted) ? (wanted ?? first) : first;
  const policy = policyFor(escalation, name, incident.severity);
  if (policy === undefined) return null;
  const climb = beginClimb(policy, startingLevel(escalation, name, alerts), now);
  return { climb, levels: toldAtOnce(climb) };
}

/** Which channels a level is told through: its own as far as they are configured, or all that take pages. */
export function channelsOf(
  level: Level,
  channels: PeopleParts['channels'],
  wanting: readonly string[],
): readonly string[] {
  const known = (level.notify ?? []).filter((key) => channelAt(channels, key) !== undefined);
  return known.length > 0 ? known : wanting;
}

/** When the climb goes on; null where it does not. */
export function nextRow(incidentId: string, climb: Climb, now: Time): NewOutboxRow | null {
  const step = climbOn(climb, null, now);
  if (step.kind === 'end') return null;
  return { kind: 'climb', incidentId, runId: null, data: {}, dueAt: step.kind === 'wait' ? step.until : now };
}

/** Tells the next level, or waits while somebody has the incident. */
export async function climbRow(parts: PeopleParts, row: OutboxRow): Promise<void> {
  const { incidentId } = row;
  const handed = await parts.db.transaction(async (sql): Promise<readonly Handed[]> => {
    if ((await strike(sql, [row.id])) === 0 || incidentId === null) return [];
    const before = (await lockIncidents(sql, [incidentId])).get(incidentId);
    const climb = await findClimb(sql, incidentId);
    if (before === undefined || climb === undefined || hasEnded(before.incident)) return [];
    const now = parts.clock.now();
    const step = climbOn(climb, before.incident.ackedAt, now);
    if (step.kind === 'wait')
      return insertOutbox(sql, [{ kind: 'climb', incidentId, runId: null, data: {}, dueAt: step.until }], now);
    if (step.kind === 'end') return [];
    await saveClimb(sql, incidentId, step.climb);
    const whom = whomOf(step.level, parts.rotations, now);
    const said = await note(sql, before, step.level, step.cause, climb, whom, now);
    return [
      ...said,
      ...(await insertOutbox(sql, sendsTo(parts, before.incident, step.level, step.climb, step.cause, whom, now), now)),
    ];
  });
  parts.handOver(handed);
}

function sendsTo(
  parts: PeopleParts,
  { id: incidentId, severity }: StoredIncident['incident'],
  level: Level,
  climb: Climb,
  cause: Cause,
  whom: Whom,
  now: Time,
): NewOutboxRow[] {
  const all = pagingNames(parts.channels, parts.notify.channels, severity);
  const say = [sayCause(level, cause, climb, whom, now)];
  const sends = channelsOf(level, parts.channels, all).map((channel): NewOutboxRow => {
    const data: JsonObject = { channel, topic: 'page', level: level.name, say, mention: whom.mention };
    return { kind: 'send', incidentId, runId: null, data, dueAt: now };
  });
  const next = nextRow(incidentId, climb, now);
  return next === null ? sends : [...sends, next];
}

async function note(
  sql: Sql,
  before: StoredIncident,
  level: Level,
  cause: Cause,
  climb: Climb,
  whom: Whom,
  now: Time,
): Promise<readonly Handed[]> {
  const { incident } = before;
  const step = cause === 'ack-lapsed' ? advance(incident, { type: 'ack-lapsed' }, now) : null;
  const after = step?.incident ?? { ...incident, version: incident.version + 1 };
  const by = incident.ackedBy;
  const summary = `${sayCause(level, cause, climb, whom, now)}${cause === 'ack-lapsed' && by !== null ? ` (it was ${by}'s)` : ''}`;
  const entry = {
    type: cause === 'ack-lapsed' ? 'ack-lapsed' : 'climbed',
    reason: cause === 'ack-lapsed' ? ('ack-lapsed' as const) : null,
    summary,
    data: { level: level.name, cause, policy: climb.policy.name, who: whom.text },
  };
  return record(sql, [{ before, after, entries: [entry], owed: step?.owed ?? [] }], now);
}

/** Why this level is told, for those who read it first. */
export function sayCause({ name }: Level, cause: Cause, { since, policy }: Climb, whom: Whom, now: Time): string {
  const level = whom.text === null ? name : `${name} (${whom.text})`;
  switch (cause) {
    case 'page':
      return `${level} is told at once.`;
    case 'unanswered':
      return `${level} is told: nobody has taken it for ${formatDuration(now - since)}.`;
    case 'ack-lapsed':
      return `${level} is told: it was taken ${formatDuration(policy.ackFor)} ago and is still open.`;
    case 'repeated':
      return `${level} is told again: it is still open and nobody has it.`;
  }
}
