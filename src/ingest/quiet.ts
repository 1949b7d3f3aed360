import type { Alert } from '../domain/alert.ts';
import type { Millis, Time } from '../domain/time.ts';
import { type EpisodeGlance, glanceAtCurrent } from '../store/episodes.ts';
import type { Sql } from '../store/sql.ts';
import { identityKey } from './batch.ts';

/** How often a repetition is written down: its annotations may have changed, and it shows that the source still tells. */
const REFRESH: Millis = 5_000;

/**
 * Those alerts of a batch that only repeat what we hold and were written down a moment ago. They change nothing, so they
 * need neither a lock nor a write. Most deliveries of Alertmanager are such: every group is sent whole whenever one of
 * its alerts changes, by every peer and for every receiver.
 */
export async function quietRepeats(sql: Sql, alerts: readonly Alert[], now: Time): Promise<ReadonlySet<Alert>> {
  const ending = new Set(alerts.filter((alert) => alert.status === 'resolved').map(identityKey));
  const candidates = alerts.filter((alert) => !ending.has(identityKey(alert)));
  const asked = [...new Map(candidates.map((alert) => [identityKey(alert), alert])).values()];
  const held = new Map((await glanceAtCurrent(sql, asked)).map((glance) => [identityKey(glance), glance]));
  return new Set(candidates.filter((alert) => repeatsQuietly(alert, held.get(identityKey(alert)), now)));
}

function repeatsQuietly(alert: Alert, held: EpisodeGlance | undefined, now: Time): boolean {
  if (held === undefined || held.status !== 'firing' || now - held.seenAt >= REFRESH) return false;
  // A start that moved to before what we hold has to be written.
  return alert.startsAt === null || (held.startsAt !== null && alert.startsAt >= held.startsAt);
}
