import type { Alert } from '../domain/alert.ts';
import { newId } from '../domain/id.ts';
import type { Clock, Millis } from '../domain/time.ts';
import type { Db } from '../store/db.ts';
import { firingCounts, insertEpisodes, lockCurrent, retireEpisodes, updateEpisodes } from '../store/episodes.ts';
import { healedSince, lockIncidents, lockOpenIncidents, type StoredIncident } from '../store/incidents.ts';
import type { Handed } from '../store/outbox.ts';
import { record } from '../store/record.ts';
import { at, type Sql } from '../store/sql.ts';
import { insertWebhooks, type Webhook } from '../store/webhooks.ts';
import { applyBatch, type Held, identityKey } from './batch.ts';
import type { Meaning } from './episode.ts';
import type { Opener, Opening } from './opening.ts';
import { quietRepeats } from './quiet.ts';

/** One delivery, read and ready to be stored. */
export interface Arrival {
  readonly webhook: Omit<Webhook, 'note'> & { readonly faults: readonly string[] };
  readonly alerts: readonly Alert[];
}

/** What became of each alert of an arrival, in its order. */
export type Receipt = readonly Meaning[];

export interface CommitParts {
  readonly db: Db;
  readonly clock: Clock;
  readonly reorderWindow: Millis;
  /** How far back a healed incident makes a new one of the same rule and target a recurrence. */
  readonly recurrenceWindow: Millis;
  opener(): Opener;
  /** Hands due work to the queue, after the commit. */
  handOver(rows: readonly Handed[]): void;
}

/**
 * Stores deliveries together: webhooks, episodes, incidents, deadlines and the work they owe, in one transaction of a
 * handful of statements, however many alerts they hold. When it resolves, all of it is durable.
 */
export async function commitArrivals(parts: CommitParts, arrivals: readonly Arrival[]): Promise<Receipt[]> {
  const alerts = arrivals.flatMap((arrival) => arrival.alerts.map(keptApart));
  const quiet = await quietRepeats(parts.db, alerts, parts.clock.now());
  const telling = alerts.filter((alert) => !quiet.has(alert));
  if (telling.length === 0) {
    const meanings = alerts.map((): Meaning => 'repeat');
    await insertWebhooks(parts.db, withNotes(arrivals, meanings));
    return split(arrivals, meanings);
  }
  const opener = parts.opener();
  const { meanings, handed } = await parts.db.transaction(async (sql) => {
    const now = parts.clock.now();
    const { held, openings } = await readHeld(sql, parts, telling, opener);
    const { reorderWindow } = parts;
    const outcome = applyBatch(telling, openings, held, { now, reorderWindow, newIncidentId: () => newId('inc', now) });
    const told = outcome.meanings.values();
    const meanings = alerts.map((alert): Meaning => (quiet.has(alert) ? 'repeat' : (told.next().value ?? 'nothing')));
    // Independent but for their order, which a connection keeps; so they travel together.
    const [, , , , handed] = await Promise.all([
      retireEpisodes(sql, outcome.retired),
      insertEpisodes(sql, outcome.past, false),
      insertEpisodes(sql, outcome.opened, true),
      updateEpisodes(sql, outcome.updated),
      record(sql, outcome.changes, now),
      insertWebhooks(sql, withNotes(arrivals, meanings)),
    ]);
    return { meanings, handed };
  });
  parts.handOver(handed);
  return split(arrivals, meanings);
}

/**
 * A test of the alerting may carry the labels of the real thing. It gets an identity of its own, so that it neither passes
 * for the beginning of a real episode, which would then go unseen, nor ends one.
 */
function keptApart(alert: Alert): Alert {
  return alert.test === null ? alert : { ...alert, fingerprint: `test ${alert.fingerprint}` };
}

async function readHeld(sql: Sql, parts: CommitParts, alerts: readonly Alert[], opener: Opener) {
  const identities = [...new Map(alerts.map((alert) => [identityKey(alert), alert])).values()];
  const episodes = identities.length === 0 ? [] : await lockCurrent(sql, identities);
  const firing = new Set(episodes.filter((e) => e.status === 'firing').map(identityKey));
  const ending = new Set(alerts.filter((a) => a.status === 'resolved').map(identityKey));
  // Most deliveries only repeat what we hold; those need no matching.
  const mayOpen = alerts.filter(
    (a) => a.status === 'firing' && (!firing.has(identityKey(a)) || ending.has(identityKey(a))),
  );
  const openings = new Map<Alert, Opening>(mayOpen.map((alert) => [alert, opener(alert)]));
  const slots = [...openings.values()];
  const ids = episodes.flatMap((e) => (e.incidentId !== null && ending.has(identityKey(e)) ? [e.incidentId] : []));
  const since = at(parts.clock.now() - parts.recurrenceWindow);
  const [incidents, open, healed] = await Promise.all([
    lockIncidents(sql, [...new Set(ids)]),
    lockOpenIncidents(sql, slots),
    healedSince(sql, slots, since),
  ]);
  for (const stored of open) incidents.set(stored.incident.id, stored);
  const held: Held = {
    episodes,
    incidents: [...incidents.values()] satisfies StoredIncident[],
    firing: await firingCounts(sql, [...incidents.keys()]),
    healed,
  };
  return { held, openings };
}

function split(arrivals: readonly Arrival[], meanings: readonly Meaning[]): Receipt[] {
  let from = 0;
  return arrivals.map(({ alerts }) => {
    const own = meanings.slice(from, from + alerts.length);
    from += alerts.length;
    return own;
  });
}

/** Alerts that open or end nothing still leave a trace: a late delivery is noted on the webhook that brought it. */
function withNotes(arrivals: readonly Arrival[], meanings: readonly Meaning[]): Webhook[] {
  const receipts = split(arrivals, meanings);
  return arrivals.map(({ webhook: { faults, ...webhook }, alerts }, i) => {
    const late = alerts
      .filter((_, k) => receipts[i]?.[k] === 'stale')
      .map((a) => `late delivery: ${a.name} ${a.fingerprint}`);
    const lines = [...faults, ...late];
    return { ...webhook, note: lines.length === 0 ? null : lines.join('\n') };
  });
}
