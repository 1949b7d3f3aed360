import type { Alert } from '../../../src/domain/alert.ts';
import { applyBatch, type Held, identityKey, type Outcome } from '../../../src/ingest/batch.ts';
import type { Opening } from '../../../src/ingest/opening.ts';
import type { Episode } from '../../../src/store/episodes.ts';
import type { StoredIncident } from '../../../src/store/incidents.ts';

export const NOW = 1_768_816_800_000;

export function fires(fingerprint: string, more: Partial<Alert> = {}): Alert {
  return {
    source: 'alertmanager',
    fingerprint,
    status: 'firing',
    name: 'ThingBroken',
    labels: { thing: 'cup' },
    annotations: {},
    severity: 'high',
    startsAt: NOW - 60_000,
    endsAt: null,
    generatorUrl: null,
    test: null,
    note: null,
    ...more,
  };
}

export function ends(fingerprint: string, more: Partial<Alert> = {}): Alert {
  return fires(fingerprint, { status: 'resolved', endsAt: NOW - 1_000, ...more });
}

/** Every alert opens on the thing of its label. */
export function openingFor(alert: Alert): Opening {
  return {
    rule: 'thing-broken',
    target: { kind: 'thing', id: alert.labels.thing ?? '' },
    severity: 'high',
    deadline: 900_000,
  };
}

/** A store in memory that batches are applied to, one after another, as the real one is. */
export function memory() {
  const episodes = new Map<string, Episode>();
  const past: Episode[] = [];
  const incidents = new Map<string, StoredIncident>();
  let nextEpisode = 1;
  let nextIncident = 1;

  const firing = () => {
    const counts = new Map<string, number>();
    for (const episode of [...episodes.values(), ...past]) {
      const id = episode.incidentId;
      if (id !== null && episode.status === 'firing') counts.set(id, (counts.get(id) ?? 0) + 1);
    }
    return counts;
  };

  return {
    episodes,
    past,
    incidents: () => [...incidents.values()].map(({ incident }) => incident),
    open: () => [...incidents.values()].map(({ incident }) => incident).filter(({ endedAt }) => endedAt === null),
    /** Ends an incident from outside, as a person does. */
    close(id: string) {
      const stored = incidents.get(id);
      if (stored === undefined) throw new Error(`no incident ${id}`);
      const incident = {
        ...stored.incident,
        state: 'closed' as const,
        endedAt: NOW,
        version: stored.incident.version + 1,
      };
      incidents.set(id, { ...stored, incident });
    },
    apply(alerts: readonly Alert[], now = NOW): Outcome {
      const held: Held = {
        episodes: [...episodes.values()].filter((e) => alerts.some((a) => identityKey(a) === identityKey(e))),
        incidents: [...incidents.values()],
        firing: firing(),
        healed: [],
      };
      const openings = new Map(alerts.map((alert) => [alert, openingFor(alert)]));
      const outcome = applyBatch(alerts, openings, held, {
        now,
        reorderWindow: 300_000,
        newIncidentId: () => `inc-${nextIncident++}`,
      });
      for (const id of outcome.retired) {
        const [key, episode] = [...episodes].find(([, one]) => one.id === id) ?? [];
        if (key === undefined || episode === undefined) throw new Error(`retired an unknown episode ${id}`);
        episodes.delete(key);
        past.push(episode);
      }
      for (const episode of outcome.past) past.push({ ...episode, id: nextEpisode++ });
      for (const episode of outcome.opened) {
        if (episodes.has(identityKey(episode))) throw new Error('two current episodes of one identity');
        episodes.set(identityKey(episode), { ...episode, id: nextEpisode++ });
      }
      for (const episode of outcome.updated) {
        const index = past.findIndex((one) => one.id === episode.id);
        if (index === -1) episodes.set(identityKey(episode), episode);
        else past[index] = episode;
      }
      for (const { before, after } of outcome.changes) {
        const stored = incidents.get(after.id);
        if ((before === null) !== (stored === undefined)) throw new Error(`${after.id} was opened twice or never`);
        if (stored !== undefined && after.version !== stored.incident.version + 1) throw new Error('a lost update');
        incidents.set(after.id, { incident: after, seq: 1, head: 'x' });
        const slots = [...incidents.values()].filter(
          ({ incident }) => incident.endedAt === null && incident.target.id === after.target.id,
        );
        if (slots.length > 1) throw new Error(`two open incidents on ${after.target.id}, which the database refuses`);
      }
      return outcome;
    },
  };
}
