import type { Alert } from '../domain/alert.ts';
import type { Db } from '../store/db.ts';
import type { Handed } from '../store/outbox.ts';
import { postgresLedger } from '../store/postgres-ledger.ts';
import { insertWebhooks, type Webhook } from '../store/webhooks.ts';
import type { Meaning } from './episode.ts';
import type { Opener } from './opening.ts';
import { quietRepeats } from './quiet.ts';
import { keptApart, type TakeInParts, takeIn, writeOutcome } from './take-in.ts';

/** One delivery, read and ready to be stored. */
export interface Arrival {
  readonly webhook: Omit<Webhook, 'note'> & { readonly faults: readonly string[] };
  readonly alerts: readonly Alert[];
}

/** What became of each alert of an arrival, in its order. */
export type Receipt = readonly Meaning[];

export interface CommitParts extends TakeInParts {
  readonly db: Db;
  opener(): Opener;
  /** Hands due work to the queue, after the commit. */
  handOver(rows: readonly Handed[]): void;
  /** Told, after the commit, which alerts ended and whether incidents ended with them. */
  onEnded(alerts: readonly Alert[], incidents: boolean): void;
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
  const { meanings, handed, closed } = await parts.db.transaction(async (sql) => {
    const ledger = postgresLedger(sql);
    const taken = await takeIn(ledger, parts, telling, opener);
    const told = taken.outcome.meanings.values();
    const meanings = alerts.map((alert): Meaning => (quiet.has(alert) ? 'repeat' : (told.next().value ?? 'nothing')));
    const [handed] = await Promise.all([
      writeOutcome(ledger, taken),
      insertWebhooks(sql, withNotes(arrivals, meanings)),
    ]);
    const closed = taken.outcome.changes.some(({ after }) => after.endedAt !== null);
    return { meanings, handed, closed };
  });
  parts.handOver(handed);
  const ended = alerts.filter((_, i) => meanings[i] === 'resolve');
  if (ended.length > 0) parts.onEnded(ended, closed);
  return split(arrivals, meanings);
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
