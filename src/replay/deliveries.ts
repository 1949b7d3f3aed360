import type { Alert } from '../domain/alert.ts';
import { parseSeverity } from '../domain/severity.ts';
import type { Millis, Time } from '../domain/time.ts';
import type { RecordedEpisode } from '../store/history.ts';
import { dueHeap } from '../store/memory/due-heap.ts';

/** What arrived at about one time: alerts that began and alerts that ended, in their order. */
export interface Delivery {
  readonly at: Time;
  readonly alerts: readonly Alert[];
  /** How many of them began. */
  readonly began: number;
}

/** Makes deliveries of recorded firings. Both answer with what is certain to be whole by then. */
export interface Deliveries {
  add(page: readonly RecordedEpisode[]): readonly Delivery[];
  /** Nothing more is recorded. */
  end(): readonly Delivery[];
}

/** What came within so long of each other is delivered together, as group commit would. */
const TOGETHER: Millis = 10_000;

/**
 * Each firing begins when it was opened and ends when it was closed. Only the firings that have not ended yet are kept, so it
 * needs no more memory than there were alerts firing at once.
 *
 * @param until what ends later has not ended
 */
export function createDeliveries(until: Time): Deliveries {
  const endings = dueHeap();
  const firing = new Map<number, Alert>();
  let at: Time | null = null;
  let alerts: Alert[] = [];
  let began = 0;
  let whole: Delivery[] = [];

  /** What was gathered is whole where this comes too late to be delivered with it. */
  function flush(next: Time): void {
    if (at === null || next < at + TOGETHER) return;
    whole.push({ at, alerts, began });
    at = null;
    alerts = [];
    began = 0;
  }
  function put(time: Time, alert: Alert): void {
    flush(time);
    at ??= time;
    alerts.push(alert);
    if (alert.status === 'firing') began += 1;
  }
  function endBefore(time: Time): void {
    for (let end = endings.peek(); end !== undefined && end.at <= time; end = endings.peek()) {
      endings.pop();
      const alert = firing.get(end.id);
      firing.delete(end.id);
      if (alert !== undefined) put(end.at, { ...alert, status: 'resolved', endsAt: end.at });
    }
  }
  function take(): readonly Delivery[] {
    const taken = whole;
    whole = [];
    return taken;
  }

  return {
    add(page) {
      // Replicas store with clocks that differ a little.
      for (const episode of page.toSorted((a, b) => a.openedAt - b.openedAt)) {
        endBefore(episode.openedAt);
        const alert = alertOf(episode);
        put(episode.openedAt, alert);
        if (episode.closedAt === null) continue;
        firing.set(episode.id, alert);
        endings.push(Math.max(episode.closedAt, episode.openedAt + 1), episode.id);
      }
      return take();
    },
    end() {
      endBefore(until);
      flush(Number.POSITIVE_INFINITY);
      return take();
    },
  };
}

function alertOf(episode: RecordedEpisode): Alert {
  const { source, fingerprint, name, labels, annotations, test, startsAt, severity } = episode;
  return {
    source,
    // A test was given another one when it came in, and is given it again.
    fingerprint: test === null ? fingerprint : fingerprint.replace(/^test /, ''),
    status: 'firing',
    name,
    labels,
    annotations,
    severity: parseSeverity(labels.severity) ?? severity,
    startsAt,
    endsAt: null,
    generatorUrl: null,
    test,
    note: null,
  };
}
