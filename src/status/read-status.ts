import type { JsonObject } from '../domain/json.ts';
import { type Clock, type Millis, type Time, toIso } from '../domain/time.ts';
import { type Check, type HealthParts, readChecks } from '../observe/health.ts';
import type { Rulebook } from '../rules/rulebook.ts';
import { channelStates } from '../store/channels.ts';
import { debtsSince } from '../store/debts.ts';
import { standingDemotions } from '../store/demotions.ts';
import { openByState } from '../store/listing.ts';
import { outboxState } from '../store/outbox.ts';
import { standingPauses } from '../store/pauses.ts';

export interface StatusParts extends HealthParts {
  readonly clock: Clock;
  readonly replica: string;
  readonly startedAt: Time;
  /** How often within which time a heal must come back to be told. */
  readonly debt: { readonly heals: number; readonly within: Millis };
  rulebook(): Rulebook;
}

/** The service at a glance. */
export async function readStatus(parts: StatusParts): Promise<JsonObject> {
  const { db, clock } = parts;
  const now = clock.now();
  const checks = await readChecks(parts);
  const outbox = await outboxState(db, now);
  const debts = await debtsSince(db, now - parts.debt.within, parts.debt.heals);
  const demotions = await standingDemotions(db);
  const pauses = await standingPauses(db, now);
  const channels = (await channelStates(db)).filter(({ name }) => parts.channelNames.includes(name));
  return {
    replica: parts.replica,
    startedAt: toIso(parts.startedAt),
    now: toIso(now),
    ready: checks.every((check: Check) => check.ok || !check.required),
    checks: checks.map(({ name, ok, required, detail }) => ({ name, ok, required, detail })),
    incidents: await openByState(db),
    outbox: { depth: outbox.depth, oldestDue: outbox.oldestDue === null ? null : toIso(outbox.oldestDue) },
    pauses: pauses.map(({ scope, key, owner, why, until }) => ({
      scope,
      key,
      owner,
      why,
      until: until === null ? null : toIso(until),
    })),
    demotions: demotions.map(({ rule, since, why }) => ({ rule, since: toIso(since), why })),
    debts: debts.map(({ rule, target, heals, lastHealedAt }) => {
      return { rule, target: { kind: target.kind, id: target.id }, heals, lastHealedAt: toIso(lastHealedAt) };
    }),
    channels: channels.map(({ name, failingSince, failures, lastError, lastSentAt, openedAt }) => ({
      name,
      failures,
      failingSince: failingSince === null ? null : toIso(failingSince),
      breakerOpenSince: openedAt === null ? null : toIso(openedAt),
      lastError,
      lastSentAt: lastSentAt === null ? null : toIso(lastSentAt),
    })),
    rules: { version: parts.rulebook().version, count: parts.rulebook().rules.length },
  };
}
