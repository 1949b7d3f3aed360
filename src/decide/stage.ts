import type { AskSources } from '../domain/presence.ts';
import type { Db } from '../store/db.ts';
import { rulesOfRows } from '../store/guard-facts.ts';
import type { Handed } from '../store/outbox.ts';
import { postgresLedger } from '../store/postgres-ledger.ts';
import type { Canaries } from './canaries.ts';
import { decideRows, type JudgeParts } from './judge.ts';
import type { Populations } from './populations.ts';
import { sourceStops } from './source-stops.ts';
import type { Verdict } from './verdict.ts';

export interface DecideParts extends JudgeParts {
  readonly db: Db;
  readonly populations: Populations;
  readonly canaries: Canaries;
  readonly askSources: AskSources;
  handOver(rows: readonly Handed[]): void;
  /** Told of every verdict, for the figures. */
  onVerdict(rule: string, verdict: Verdict): void;
}

/** Decides a batch of incidents in one transaction. */
export async function decideBatch(parts: DecideParts, rowIds: readonly number[]): Promise<void> {
  await lookAround(parts, rowIds);
  const stops = await sourceStops(parts.db, parts.askSources, rowIds);
  const { judged, handed } = await parts.db.transaction((sql) => decideRows(postgresLedger(sql), parts, rowIds, stops));
  for (const { verdict, change } of judged) parts.onVerdict(change.after.rule, verdict);
  parts.handOver(handed);
}

/** Asks the world what the guardrails of the batch want to know; within the transaction everybody would wait for it. */
async function lookAround({ db, populations, canaries, ...parts }: DecideParts, rowIds: readonly number[]) {
  const shares = parts
    .rulebook()
    .rules.filter(({ guards }) => guards.blastRadius?.percent != null || guards.commonCause !== null);
  if (shares.length === 0) return;
  const names = new Set(await rulesOfRows(db, rowIds));
  const asked = shares.filter(({ name }) => names.has(name));
  await Promise.all([
    populations.measure(asked.flatMap((rule) => rule.do).map(({ remediation }) => remediation)),
    asked.some(({ guards }) => guards.commonCause !== null) ? canaries.look() : undefined,
  ]);
}
