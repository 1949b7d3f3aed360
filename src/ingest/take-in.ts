import type { Alert } from '../domain/alert.ts';
import { newId } from '../domain/id.ts';
import type { Clock, Millis, Time } from '../domain/time.ts';
import type { Ledger } from '../store/ledger.ts';
import type { Handed } from '../store/outbox.ts';
import { applyBatch, type Held, identityKey, type Outcome } from './batch.ts';
import type { Opener, Opening } from './opening.ts';

/** What alerts mean rests on these, beside the ledger and the rules. */
export interface TakeInParts {
  readonly clock: Clock;
  readonly reorderWindow: Millis;
  /** How far back a healed incident makes a new one of the same rule and target a recurrence. */
  readonly recurrenceWindow: Millis;
}

export interface TakenIn {
  readonly outcome: Outcome;
  readonly now: Time;
}

/** Finds out, in the ledger's transaction, what alerts mean to what we hold. Writes nothing; `writeOutcome` does. */
export async function takeIn(
  ledger: Ledger,
  parts: TakeInParts,
  alerts: readonly Alert[],
  opener: Opener,
): Promise<TakenIn> {
  const now = parts.clock.now();
  const { held, openings } = await readHeld(ledger, parts, alerts, opener);
  const { reorderWindow } = parts;
  const outcome = applyBatch(alerts, openings, held, { now, reorderWindow, newIncidentId: () => newId('inc', now) });
  return { outcome, now };
}

/** @returns the outbox rows that are due. @throws what `record` of the ledger throws. */
export async function writeOutcome(ledger: Ledger, { outcome, now }: TakenIn): Promise<readonly Handed[]> {
  // Independent but for their order, which a connection keeps; so they travel together.
  const back = outcome.changes.flatMap(({ before, after }) => (before === null ? (after.recurrenceOf ?? []) : []));
  const [, , , , handed] = await Promise.all([
    ledger.retireEpisodes(outcome.retired),
    ledger.insertEpisodes(outcome.past, false),
    ledger.insertEpisodes(outcome.opened, true),
    ledger.updateEpisodes(outcome.updated),
    ledger.record(outcome.changes, now),
    ledger.markRecurred(back, now),
  ]);
  return handed;
}

/**
 * A test of the alerting may carry the labels of the real thing. It gets an identity of its own, so that it neither passes
 * for the beginning of a real episode, which would then go unseen, nor ends one.
 */
export function keptApart(alert: Alert): Alert {
  return alert.test === null ? alert : { ...alert, fingerprint: `test ${alert.fingerprint}` };
}

async function readHeld(ledger: Ledger, parts: TakeInParts, alerts: readonly Alert[], opener: Opener) {
  const identities = [...new Map(alerts.map((alert) => [identityKey(alert), alert])).values()];
  const episodes = identities.length === 0 ? [] : await ledger.lockCurrent(identities);
  const firing = new Set(episodes.filter((e) => e.status === 'firing').map(identityKey));
  const ending = new Set(alerts.filter((a) => a.status === 'resolved').map(identityKey));
  // Most deliveries only repeat what we hold; those need no matching.
  const mayOpen = alerts.filter(
    (a) => a.status === 'firing' && (!firing.has(identityKey(a)) || ending.has(identityKey(a))),
  );
  const openings = new Map<Alert, Opening>(mayOpen.map((alert) => [alert, opener(alert)]));
  const slots = [...openings.values()];
  const ids = episodes.flatMap((e) => (e.incidentId !== null && ending.has(identityKey(e)) ? [e.incidentId] : []));
  const [incidents, open, healed] = await Promise.all([
    ledger.lockIncidents([...new Set(ids)]),
    ledger.lockOpenIncidents(slots),
    ledger.healedSince(slots, parts.clock.now() - parts.recurrenceWindow),
  ]);
  for (const stored of open) incidents.set(stored.incident.id, stored);
  const held: Held = {
    episodes,
    incidents: [...incidents.values()],
    firing: await ledger.firingCounts([...incidents.keys()]),
    healed,
  };
  return { held, openings };
}
