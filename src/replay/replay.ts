import type { RecordedEpisode } from '../store/history.ts';
import { createComparison, type Example } from './compare.ts';
import type { Played, PlayedOut, Player } from './player.ts';
import type { Totals } from './side.ts';
import type { Difference } from './summary.ts';

export interface ReplayParts {
  /** The rules that are in force. */
  readonly now: Player;
  /** Null: nothing is compared. */
  readonly candidate: Player | null;
  /** From here on incidents are compared. */
  readonly from: number;
  /** Told how many recorded alerts were played so far. */
  onProgress(alerts: number): void;
}

export interface Replayed {
  /** Alerts that began and were counted. */
  readonly alerts: number;
  readonly now: Totals;
  readonly candidate: Totals | null;
  /** How many incidents differ, by how. */
  readonly differences: ReadonlyMap<Difference, number>;
  /** The first of each. */
  readonly examples: ReadonlyMap<Difference, readonly Example[]>;
}

/**
 * Takes recorded alerts through the rules that are in force and through others, side by side: the same alerts at the same
 * times, and the same idea of what comes of a run. So what differs comes from the rules alone. What was really done back then
 * also came from pauses, from people and from what runs did to the world, none of which can be played again.
 */
export async function replay(pages: AsyncIterable<readonly RecordedEpisode[]>, parts: ReplayParts): Promise<Replayed> {
  const { now, candidate, from, onProgress } = parts;
  const compared = createComparison(from);
  let alerts = 0;
  let read = 0;
  let underway: Promise<readonly [Played, Played | null]> | null = null;

  async function settle(): Promise<void> {
    const [here, there] = (await underway) ?? [null, null];
    alerts += here?.alerts ?? 0;
    if (here !== null && there !== null) compared.look(here, there);
  }

  for await (const page of pages) {
    // The next page is read while this one is played; more than two are never held.
    await settle();
    underway = both(now.take(page), candidate?.take(page));
    // Whoever fails is heard of by the next turn.
    underway.catch(() => undefined);
    onProgress(read);
    read += page.length;
  }
  await settle();
  const [here, there]: readonly [PlayedOut, PlayedOut | null] = await both(now.end(), candidate?.end());
  if (there !== null) compared.finish(here, there);
  const { differences, examples } = compared;
  return { alerts: alerts + here.alerts, now: here.totals, candidate: there?.totals ?? null, differences, examples };
}

function both<T>(here: Promise<T>, there: Promise<T> | undefined): Promise<readonly [T, T | null]> {
  return Promise.all([here, there ?? null]);
}
