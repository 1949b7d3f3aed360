import type { AskSources } from '../domain/presence.ts';
import type { Db } from '../store/db.ts';
import { rulesOfRows } from '../store/guard-facts.ts';
import type { Handed } from '../store/outbox.ts';
import { postgresLedger } from '../store/postgres-ledger.ts';
import { decideRows, type JudgeParts } from './judge.ts';
import type { Populations } from './populations.ts';
import { sourceStops } from './source-stops.ts';
import type { Verdict } from './verdict.ts';

export interface DecideParts extends JudgeParts {
  readonly db: Db;
  readonly populations: Populations;
  readonly askSources: AskSources;
  handOver(rows: readonly Handed[]): void;
  /** Told of every verdict, for the figures. */
  onVerdict(rule: string, verdict: Verdict): void;
}

/** Decides a batch of incidents in one transaction. */
export async function decideBatch(parts: DecideParts, rowIds: readonly number[]): Promise<void> {
  await measurePopulations(parts, rowIds);
  const stops = await sourceStops(parts.db, parts.askSources, rowIds);
  const { judged, handed } = await parts.db.transaction((sql) => decideRows(postgresLedger(sql), parts, rowIds, stops));
  for (const { verdict, change } of judged) parts.onVerdict(change.after.rule, verdict);
  parts.handOver(handed);
}

/** Asks the world how many there are of what the batch may act on; within the transaction everybody would wait for it. */
async function measurePopulations({ db, populations, ...parts }: DecideParts, rowIds: readonly number[]) {
  const shares = parts.rulebook().rules.filter(({ guards }) => guards.blastRadius?.percent != null);
  if (shares.length === 0) return;
  const asked = new Set(await rulesOfRows(db, rowIds));
  const wanted = shares.filter(({ name }) => asked.has(name)).flatMap((rule) => rule.do);
  await populations.measure(wanted.map(({ remediation }) => remediation));
}
