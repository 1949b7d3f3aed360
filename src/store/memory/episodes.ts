import type { Time } from '../../domain/time.ts';
import type { Episode, Identity } from '../episodes.ts';
import type { FiringRow } from '../guard-facts.ts';
import type { EpisodeLedger, FactsLedger } from '../ledger.ts';
import { type NewAlertsAbout, RESTLESS } from '../new-alerts.ts';
import { aging } from './aging.ts';
import { indexSets } from './index-sets.ts';
import { UniqueViolation } from './refused.ts';

/** The firings of alerts, in memory. */
export interface MemoryEpisodes extends Omit<EpisodeLedger, 'newAlerts'>, Pick<FactsLedger, 'firingNow'> {
  /** As `newAlerts` wants them, in no order. */
  newSince(about: NewAlertsAbout): readonly Episode[];
  /** Lets go of what was resolved before then. */
  forget(before: Time): void;
  count(): number;
}

const keyOf = ({ source, fingerprint }: Identity) => `${source}/${fingerprint}`;

export function memoryEpisodes(): MemoryEpisodes {
  const byId = new Map<number, Episode>();
  const current = new Map<string, number>();
  const byIncident = indexSets<string, number>();
  /** Ids of current ones that fire and are no tests, by name. */
  const firing = indexSets<string, number>();
  const opened = aging<number>();
  const closed = aging<number>();
  /** Ids of those that are current no more, by alert. */
  const past = indexSets<string, number>();
  let last = 0;

  const isCurrent = (episode: Episode) => current.get(keyOf(episode)) === episode.id;

  function index(episode: Episode): void {
    const { id, name, status, test, incidentId } = episode;
    if (id === null) return;
    if (incidentId !== null) byIncident.add(incidentId, id);
    if (status === 'firing' && test === null && isCurrent(episode)) firing.add(name, id);
    else firing.delete(name, id);
  }

  function put(episode: Episode & { readonly id: number }): void {
    const before = byId.get(episode.id);
    if (before?.incidentId != null) byIncident.delete(before.incidentId, episode.id);
    if (before !== undefined) firing.delete(before.name, episode.id);
    byId.set(episode.id, episode);
    index(episode);
    if (before?.status !== 'resolved' && episode.status === 'resolved') closed.push(episode.closedAt ?? 0, episode.id);
  }

  const of = (incidentId: string) => [...byIncident.get(incidentId)].flatMap((id) => byId.get(id) ?? []);

  return {
    count: () => byId.size,
    async lockCurrent(identities) {
      const ids = new Set(identities.flatMap((identity) => current.get(keyOf(identity)) ?? []));
      return [...ids].flatMap((id) => byId.get(id) ?? []);
    },
    async insertEpisodes(episodes, asCurrent) {
      const keys = episodes.map(keyOf);
      if (asCurrent && (new Set(keys).size < keys.length || keys.some((key) => current.has(key))))
        throw new UniqueViolation('An episode of this alert is current already');
      for (const episode of episodes) {
        last += 1;
        if (asCurrent) current.set(keyOf(episode), last);
        else past.add(keyOf(episode), last);
        opened.push(episode.openedAt, last);
        put({ ...episode, id: last });
      }
    },
    async updateEpisodes(episodes) {
      for (const episode of episodes) {
        const { id } = episode;
        const before = id === null ? undefined : byId.get(id);
        if (id === null || before === undefined) continue;
        const { source, fingerprint, openedAt, test } = before;
        put({ ...episode, id, source, fingerprint, openedAt, test });
      }
    },
    async retireEpisodes(ids) {
      for (const id of ids) {
        const episode = byId.get(id);
        if (episode === undefined || !isCurrent(episode)) continue;
        current.delete(keyOf(episode));
        past.add(keyOf(episode), id);
        firing.delete(episode.name, id);
      }
    },
    async episodesOf(incidentIds) {
      return incidentIds
        .flatMap(of)
        .sort(
          (a, b) =>
            (a.status < b.status ? -1 : a.status > b.status ? 1 : 0) ||
            a.openedAt - b.openedAt ||
            (a.id ?? 0) - (b.id ?? 0),
        );
    },
    async firingCounts(incidentIds) {
      return new Map(
        incidentIds
          .map((id) => [id, of(id).filter(({ status }) => status === 'firing').length] as const)
          .filter(([, count]) => count > 0),
      );
    },
    async firingNow(names, limit) {
      const rows: FiringRow[] = [];
      for (const name of names === null ? firing.keys() : new Set(names)) {
        for (const id of firing.get(name)) {
          const episode = byId.get(id);
          if (rows.length >= limit) return rows;
          if (episode !== undefined) rows.push({ name, labels: episode.labels });
        }
      }
      return rows;
    },
    newSince({ since, incidentId }) {
      const firedBefore = (episode: Episode) =>
        [...past.get(keyOf(episode))].some((id) => {
          const earlier = byId.get(id);
          if (earlier === undefined || earlier.openedAt > since) return false;
          return earlier.closedAt === null || earlier.closedAt > since - RESTLESS;
        });
      const isNew = (episode: Episode) =>
        isCurrent(episode) &&
        episode.status === 'firing' &&
        episode.test === null &&
        episode.source !== 'remedyd' &&
        episode.openedAt > since &&
        (episode.startsAt === null || episode.startsAt > since) &&
        episode.incidentId !== incidentId &&
        !firedBefore(episode);
      const fresh: Episode[] = [];
      for (const id of opened.newestSince(since)) {
        const episode = byId.get(id);
        if (episode !== undefined && isNew(episode)) fresh.push(episode);
      }
      return fresh;
    },
    forget(before) {
      opened.takeBefore(before);
      for (const id of closed.takeBefore(before)) {
        const episode = byId.get(id);
        // It may have been opened again; but an episode that has ended stays ended, and another one follows it.
        if (episode === undefined || episode.status === 'firing') continue;
        byId.delete(id);
        past.delete(keyOf(episode), id);
        if (episode.incidentId !== null) byIncident.delete(episode.incidentId, id);
        if (current.get(keyOf(episode)) === id) current.delete(keyOf(episode));
      }
    },
  };
}
