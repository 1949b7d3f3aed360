import { type Alert, targetKey } from '../domain/alert.ts';
import type { Entry, IncidentEvent, Owed } from '../domain/event.ts';
import { advance, type Incident } from '../domain/incident.ts';
import type { Millis, Time } from '../domain/time.ts';
import type { Episode, Identity } from '../store/episodes.ts';
import type { RuleTarget, StoredIncident } from '../store/incidents.ts';
import type { Change } from '../store/record.ts';
import { type Meaning, meaningOf, openEpisode, resolved, seenAgain } from './episode.ts';
import { type Opening, openedEntry, openIncident } from './opening.ts';

/** What the store holds of everything that a batch touches. */
export interface Held {
  readonly episodes: readonly Episode[];
  /** Open incidents of the episodes, and of the rules and targets that the batch's alerts open on. */
  readonly incidents: readonly StoredIncident[];
  /** Of those incidents, how many episodes fire. */
  readonly firing: ReadonlyMap<string, number>;
  /** Incidents that were healed shortly before, by rule and target. */
  readonly healed: readonly (RuleTarget & { readonly id: string })[];
}

export interface Settings {
  readonly now: Time;
  readonly reorderWindow: Millis;
  newIncidentId(): string;
}

/** What is to be written for a batch. */
export interface Outcome {
  readonly retired: readonly number[];
  /** New episodes that another one has followed within the batch. */
  readonly past: readonly Episode[];
  readonly opened: readonly Episode[];
  readonly updated: readonly Episode[];
  readonly changes: readonly Change[];
  /** What each alert of the batch meant, in its order. */
  readonly meanings: readonly Meaning[];
}

export function identityKey({ source, fingerprint }: Identity): string {
  return `${source}/${fingerprint}`;
}

function slotKey({ rule, target }: RuleTarget): string {
  return `${rule}\n${targetKey(target)}`;
}

interface Working {
  readonly before: StoredIncident | null;
  incident: Incident;
  firing: number;
  readonly entries: Entry[];
  readonly owed: Owed[];
}

/**
 * Takes a batch of alerts, in the order they arrived, through the episodes and incidents that the store holds. Pure: the
 * same batch gives the same answer, and the caller writes it in one transaction.
 */
export function applyBatch(
  alerts: readonly Alert[],
  openings: ReadonlyMap<Alert, Opening>,
  held: Held,
  settings: Settings,
): Outcome {
  const { now, reorderWindow } = settings;
  const episodes = new Map(held.episodes.map((episode) => [identityKey(episode), episode]));
  const stored = new Set(held.episodes);
  const retired: number[] = [];
  const past: Episode[] = [];
  const followed: Episode[] = [];
  const byId = new Map<string, Working>();
  const bySlot = new Map<string, Working>();
  const healed = new Map(held.healed.map((h) => [slotKey(h), h.id]));
  for (const before of held.incidents)
    adopt({
      before,
      incident: before.incident,
      firing: held.firing.get(before.incident.id) ?? 0,
      entries: [],
      owed: [],
    });

  const meanings = alerts.map((alert) => {
    const key = identityKey(alert);
    const current = episodes.get(key);
    const meaning = meaningOf(alert, current, now, reorderWindow);
    if (meaning === 'open') {
      if (current !== undefined) retire(current);
      episodes.set(key, open(alert));
    } else if (current !== undefined && meaning === 'repeat') {
      episodes.set(key, seenAgain(current, alert, now));
    } else if (current !== undefined && meaning === 'resolve') {
      episodes.set(key, resolved(current, alert, now));
      close(current, alert);
    }
    return meaning;
  });

  const changed = [...episodes.values()].filter((episode) => !stored.has(episode));
  return {
    retired,
    past,
    opened: changed.filter((episode) => episode.id === null),
    updated: [...changed.filter((episode) => episode.id !== null), ...followed],
    changes: [...byId.values()]
      .filter((w) => w.incident !== w.before?.incident)
      .map((w) => ({ before: w.before, after: settle(w), entries: w.entries, owed: w.owed })),
    meanings,
  };

  function adopt(working: Working): Working {
    byId.set(working.incident.id, working);
    if (working.incident.endedAt === null) bySlot.set(slotKey(working.incident), working);
    return working;
  }

  /** Makes room for the next episode of the same identity. */
  function retire(episode: Episode): void {
    if (episode.id === null) past.push(episode);
    else retired.push(episode.id);
    if (episode.id !== null && !stored.has(episode)) followed.push(episode);
  }

  function open(alert: Alert): Episode {
    const opening = openings.get(alert);
    const episode = openEpisode(alert, now);
    if (opening === undefined) return episode;
    const slot = bySlot.get(slotKey(opening));
    if (slot === undefined) {
      const incident = openIncident(settings.newIncidentId(), opening, healed.get(slotKey(opening)) ?? null, now);
      const { id, deadlineAt } = incident;
      const owed: Owed[] = [
        { kind: 'decide', dueAt: now },
        { kind: 'deadline', dueAt: deadlineAt ?? now },
      ];
      adopt({ before: null, incident, firing: 1, entries: [openedEntry(alert, incident)], owed });
      return { ...episode, incidentId: id };
    }
    slot.firing += 1;
    tell(
      slot,
      { type: 'attached', refired: !slot.incident.firing },
      alert,
      slot.incident.firing ? 'fires too' : 'fires again',
    );
    return { ...episode, incidentId: slot.incident.id };
  }

  function close(episode: Episode, alert: Alert): void {
    const working = episode.incidentId === null ? undefined : byId.get(episode.incidentId);
    if (working === undefined) return;
    working.firing -= 1;
    if (working.firing > 0) return;
    tell(working, { type: 'alerts-resolved' }, alert, 'is resolved, says the source');
    // An incident that a person had closed earlier may have been followed by another one, which keeps the place.
    const slot = slotKey(working.incident);
    if (working.incident.endedAt !== null && bySlot.get(slot) === working) bySlot.delete(slot);
  }

  function tell(working: Working, event: IncidentEvent, alert: Alert, words: string): void {
    const step = advance(working.incident, event, now);
    if (step === null) return;
    working.incident = step.incident;
    working.owed.push(...step.owed);
    const { source, fingerprint, name } = alert;
    const reason = event.type === 'alerts-resolved' ? 'source-resolved' : 'refired';
    working.entries.push({
      type: event.type,
      reason,
      summary: `${name} ${words} (${source})`,
      data: { source, fingerprint, name },
    });
  }
}

/** Several events of one batch are one change: the version grows by one, as the compare-and-set wants it. */
function settle({ before, incident }: Working): Incident {
  return { ...incident, version: (before?.incident.version ?? 0) + 1 };
}
