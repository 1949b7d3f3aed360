import type { Config } from '../config/schema.ts';
import type { Alert } from '../domain/alert.ts';
import type { Clock } from '../domain/time.ts';
import type { Log } from '../observe/log.ts';
import type { Metrics } from '../observe/metrics.ts';
import type { Remediations } from '../rules/bind.ts';
import type { Rulebook } from '../rules/rulebook.ts';
import type { Db } from '../store/db.ts';
import type { Handed } from '../store/outbox.ts';
import type { Waking } from '../store/wake.ts';
import { type Arrival, commitArrivals, type Receipt } from './commit.ts';
import { groupCommit } from './group-commit.ts';
import { openerFor } from './opener.ts';
import { type TellOwn, tellOwn } from './own.ts';
import type { ReceiveParts } from './receive.ts';
import type { SourceDesk } from './source-desk.ts';
import { wakesAfter } from './wakes-after.ts';

export interface IngestParts {
  readonly config: Config;
  readonly db: Db;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly remediations: Remediations;
  /** Of the sources that can be asked back. */
  readonly apis: SourceDesk['apis'];
  rulebook(): Rulebook;
  handOver(rows: readonly Handed[]): void;
  /** Tells those who are held that what they wait for has happened. */
  wake(waking: Waking): void;
}

/** As many alerts as one transaction takes in good time. */
const FULL_GROUP = 5_000;

const FETCH_TIMEOUT = 15_000;

export interface Ingest {
  readonly parts: ReceiveParts;
  readonly tellOwn: TellOwn;
}

/** Puts the way in together: one group commit that webhooks, fetched alerts, probes and the daemon's own alerts share. */
export function createIngest(parts: IngestParts): Ingest {
  const { config, db, clock, log, metrics, handOver } = parts;
  const commit = {
    db,
    clock,
    reorderWindow: config.ingest.reorder_window,
    recurrenceWindow: config.ingest.recurrence_window,
    opener: () => openerFor(parts.rulebook(), parts.remediations, config.escalate_after),
    handOver,
    onEnded: (alerts: readonly Alert[], incidents: boolean) => {
      for (const waking of wakesAfter(alerts, incidents, parts.rulebook())) parts.wake(waking);
    },
  };
  const store = groupCommit<Arrival, Receipt>({
    commit: (group) => commitArrivals(commit, group),
    maxDelay: config.ingest.gather,
    maxWeight: FULL_GROUP,
    weightOf: (arrival) => Math.max(1, arrival.alerts.length),
    mayBePoisoned: isDataFault,
  });
  return {
    parts: { clock, log, metrics, store, apis: parts.apis, fetchTimeout: FETCH_TIMEOUT },
    tellOwn: tellOwn({ clock, metrics, store }),
  };
}

/** Postgres refuses a value, not the work: classes 22 (data exception) and 23 (constraint). */
function isDataFault(error: unknown): boolean {
  const code = (error as { code?: unknown }).code;
  return typeof code === 'string' && /^2[23]/.test(code);
}
