import { type AskSources, isSourceStop, type SourceStop, viewOf } from '../domain/presence.ts';
import type { Db } from '../store/db.ts';
import { episodesOf } from '../store/episodes.ts';
import { incidentsOfRows } from '../store/guard-facts.ts';

/**
 * Asks the sources about those incidents of a batch that their source stopped the last time, before anything is admitted:
 * a silence of two hours must not begin a run every minute. By incident.
 */
export async function sourceStops(
  db: Db,
  ask: AskSources,
  rowIds: readonly number[],
): Promise<ReadonlyMap<string, SourceStop>> {
  const stopped = (await incidentsOfRows(db, rowIds)).filter(({ reason }) => isSourceStop(reason));
  if (stopped.length === 0) return new Map();
  const episodes = await episodesOf(
    db,
    stopped.map(({ id }) => id),
  );
  const firing = episodes.filter(({ status, test }) => status === 'firing' && test === null);
  const answers = new Map((await ask(firing)).map((answer) => [answer.alert, answer]));
  const byIncident = Map.groupBy(firing, ({ incidentId }) => incidentId ?? '');
  return new Map(
    [...byIncident].flatMap(([id, own]) => {
      const { stop } = viewOf(own.flatMap((episode) => answers.get(episode) ?? []));
      return stop === null ? [] : [[id, stop] as const];
    }),
  );
}
