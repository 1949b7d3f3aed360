import { type AskSources, type SourceView, viewOf } from '../domain/presence.ts';
import type { Clock, Millis, Time } from '../domain/time.ts';
import type { Db } from '../store/db.ts';
import { episodesOf } from '../store/episodes.ts';

/** An answer this young is good enough for the next step of the same run. */
const FRESH: Millis = 1_500;

/** More alerts of one incident than this say nothing that the first ones do not. */
const MOST = 5;

/** Looks for one run whether the alerts of its incident still fire at their sources, and remembers it for a moment. */
export function sourceLook(db: Db, clock: Clock, ask: AskSources, incidentId: string): () => Promise<SourceView> {
  let last: { readonly at: Time; readonly view: SourceView } | null = null;
  return async () => {
    if (last !== null && clock.now() - last.at < FRESH) return last.view;
    const episodes = await episodesOf(db, [incidentId]);
    const firing = episodes.filter(({ status, test }) => status === 'firing' && test === null).slice(0, MOST);
    const view = viewOf(await ask(firing));
    last = { at: clock.now(), view };
    return view;
  };
}
