import type { Clock, Millis } from './domain/time.ts';
import { UNHEARD } from './observe/health.ts';
import type { Metrics } from './observe/metrics.ts';
import { channelStates } from './store/channels.ts';
import type { Db } from './store/db.ts';
import { debtsSince } from './store/debts.ts';
import { standingDemotions } from './store/demotions.ts';
import { openByState, pendingApprovals } from './store/listing.ts';
import { outboxState } from './store/outbox.ts';
import { PAUSE_SCOPES, standingPauses } from './store/pauses.ts';
import { unheardSince } from './store/unheard.ts';

/** Brings the figures up to date that are counted in the database. While it is away they keep their last values. */
export async function refreshFigures(
  db: Db,
  clock: Clock,
  metrics: Metrics,
  debt: { readonly heals: number; readonly within: Millis },
): Promise<void> {
  try {
    const now = clock.now();
    const { depth, oldestDue } = await outboxState(db, now);
    metrics.outboxDepth.set(depth);
    metrics.outboxOldest.set(oldestDue === null ? 0 : Math.max(0, now - oldestDue) / 1_000);
    metrics.approvals.set(await pendingApprovals(db));
    const pauses = await standingPauses(db, now);
    for (const scope of PAUSE_SCOPES)
      metrics.paused.set({ scope }, pauses.filter((pause) => pause.scope === scope).length);
    metrics.demoted.reset();
    for (const { rule } of await standingDemotions(db)) metrics.demoted.set({ rule }, 1);
    metrics.debts.reset();
    for (const { rule } of await debtsSince(db, now - debt.within, debt.heals)) metrics.debts.inc({ rule });
    metrics.unheard.set((await unheardSince(db, now - UNHEARD)).length);
    for (const { name: channel, openedAt } of await channelStates(db)) {
      metrics.breakers.set({ channel }, openedAt === null ? 0 : 1);
    }
    metrics.incidents.reset();
    for (const [state, count] of Object.entries(await openByState(db))) metrics.incidents.set({ state }, count);
  } catch {
    // /readyz says that the database is away; figures that are missing on top of it would help nobody.
  }
}
