import { isSourceStop, type SourceStop, type SourceView, viewOf } from '../../src/domain/presence.ts';
import { identityKey } from '../../src/ingest/batch.ts';
import type { Parts } from './parts.ts';

/** What the sources say about the alerts of an incident. */
export async function askSource({ db, life, sources }: Parts, incidentId: string): Promise<SourceView> {
  const alerts = [...db.episodes.values()].filter((one) => one.incidentId === incidentId && one.status === 'firing');
  await life.turn('asks the source whether the alert still fires');
  const firing = new Set(sources.truth().flatMap((one) => (one.firing ? one.key : [])));
  return viewOf(
    alerts.map((alert) => ({
      alert,
      strict: false,
      answer: isTold(alert) || firing.has(identityKey(alert)) ? 'firing' : 'gone',
    })),
  );
}

/** For the incidents of some rows that a source had stopped: whether it still does, asked before the decision. */
export async function sourceStops(parts: Parts, ids: readonly number[]): Promise<ReadonlyMap<string, SourceStop>> {
  const { db } = parts;
  const stops = new Map<string, SourceStop>();
  for (const incidentId of new Set(ids.flatMap((id) => db.outbox.get(id)?.incidentId ?? []))) {
    const incident = db.incidents.get(incidentId);
    if (incident === undefined || !isSourceStop(incident.reason)) continue;
    const { stop } = await askSource(parts, incidentId);
    if (stop !== null) stops.set(incidentId, stop);
  }
  return stops;
}

/** What the daemon says itself needs no asking. */
function isTold({ source }: { readonly source: string }): boolean {
  return source === 'remedyd';
}
