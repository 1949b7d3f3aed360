import type { Alert } from '../domain/alert.ts';
import type { Millis, Time } from '../domain/time.ts';
import type { Episode } from '../store/episodes.ts';

/**
 * What one delivered alert means to us. State decides, not time: an episode starts when an alert that we do not hold as
 * firing fires, and ends when it is resolved. `startsAt` may move within an episode, so it is no key.
 *
 * - `open`: a new episode. - `repeat`: we hold it as firing already. - `resolve`: it ends.
 * - `stale`: a late delivery about what has ended since. - `nothing`: the end of something that we hold as ended, or never knew.
 */
export type Meaning = 'open' | 'repeat' | 'resolve' | 'stale' | 'nothing';

/**
 * @param current the episode of this identity that we hold as current, if any
 * @param reorderWindow how long after a resolve a firing delivery with an older start counts as late. Deliveries overtake
 *   each other between receivers and between HA peers. Outside of the window it is believed: an Alertmanager that had
 *   lost its Prometheus resolves an alert and fires it again with its old start, and that must not be lost.
 */
export function meaningOf(alert: Alert, current: Episode | undefined, now: Time, reorderWindow: Millis): Meaning {
  if (alert.status === 'resolved') {
    if (current === undefined || current.status === 'resolved') return 'nothing';
    // The end of an earlier episode, delivered after the start of this one.
    const before = alert.endsAt !== null && current.startsAt !== null && alert.endsAt < current.startsAt;
    return before ? 'stale' : 'resolve';
  }
  if (current === undefined) return 'open';
  if (current.status === 'firing') return 'repeat';
  const { closedAt, endsAt } = current;
  if (alert.startsAt === null || closedAt === null || now - closedAt >= reorderWindow) return 'open';
  // Some senders put the end of an episode into the future; it cannot have ended after we were told.
  const overtaken = alert.startsAt < Math.min(endsAt ?? closedAt, closedAt);
  return overtaken ? 'stale' : 'open';
}

/** The episode that an alert opens. */
export function openEpisode(alert: Alert, now: Time): Episode {
  const { source, fingerprint, name, labels, annotations, generatorUrl, startsAt, test } = alert;
  return {
    id: null,
    source,
    fingerprint,
    status: 'firing',
    name,
    labels,
    annotations,
    generatorUrl,
    test,
    startsAt,
    endsAt: null,
    openedAt: now,
    seenAt: now,
    closedAt: null,
    deliveries: 1,
    incidentId: null,
  };
}

/** The episode after one more delivery of it: annotations are templated and change, the start may move earlier. */
export function seenAgain(episode: Episode, alert: Alert, now: Time): Episode {
  const startsAt =
    alert.startsAt !== null && (episode.startsAt === null || alert.startsAt < episode.startsAt)
      ? alert.startsAt
      : episode.startsAt;
  const { annotations, generatorUrl } = alert;
  return { ...episode, annotations, generatorUrl, startsAt, seenAt: now, deliveries: episode.deliveries + 1 };
}

/** The episode after its end. */
export function resolved(episode: Episode, alert: Alert, now: Time): Episode {
  const last = seenAgain(episode, alert, now);
  return { ...last, status: 'resolved', endsAt: alert.endsAt ?? now, closedAt: now };
}
