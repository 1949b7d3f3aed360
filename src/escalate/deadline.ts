import { standingCovers } from '../store/covers.ts';
import type { Ledger } from '../store/ledger.ts';
import type { Handed, OutboxRow } from '../store/outbox.ts';
import { postgresLedger } from '../store/postgres-ledger.ts';
import { deadlineDue, expiryDue } from './due.ts';
import type { PeopleParts } from './people.ts';

/** The deadline of an incident has come. */
export async function deadlineRow(parts: PeopleParts, row: OutboxRow): Promise<void> {
  // Who cannot tell whether another page stands for this one has it paged.
  const covers = await standingCovers(parts.db).catch(() => []);
  await withLedger(parts, (ledger, now) => deadlineDue(ledger, parts, row, now, covers));
}

/** The time that people had for an answer is over. */
export async function expireRow(parts: PeopleParts, row: OutboxRow): Promise<void> {
  await withLedger(parts, (ledger, now) => expiryDue(ledger, row, now));
}

async function withLedger(
  parts: PeopleParts,
  work: (ledger: Ledger, now: number) => Promise<readonly Handed[]>,
): Promise<void> {
  parts.handOver(await parts.db.transaction((sql) => work(postgresLedger(sql), parts.clock.now())));
}
