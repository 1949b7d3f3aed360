import type { Clock } from './domain/time.ts';
import type { Metrics } from './observe/metrics.ts';
import type { Db } from './store/db.ts';
import { openByState, pendingApprovals } from './store/listing.ts';
import { outboxState } from './store/outbox.ts';
import { PAUSE_SCOPES, standingPauses } from './store/pauses.ts';

/** Brings the figures up to date that are counted in the database. While it is away they keep their last values. */
export async function refreshFigures(db: Db, clock: Clock, metrics: Metrics): Promise<void> {
  try {
    const now = clock.now();
    const { depth, oldestDue } = await outboxState(db, now);
    metrics.outboxDepth.set(depth);
    metrics.outboxOldest.set(oldestDue === null ? 0 : Math.max(0, now - oldestDue) / 1_000);
    metrics.approvals.set(await pendingApprovals(db));
    const pauses = await standingPauses(db, now);
    for (const scope of PAUSE_SCOPES)
      metrics.paused.set({ scope }, pauses.filter((pause) => pause.scope === scope).length);
    metrics.incidents.reset();
    for (const [state, count] of Object.entries(await openByState(db))) metrics.incidents.set({ state }, count);
  } catch {
    // /readyz says that the database is away; figures that are missing on top of it would help nobody.
  }
}
