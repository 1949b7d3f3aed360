import type { Time } from '../domain/time.ts';
import type { RecordedEpisode } from '../store/history.ts';
import { deliveriesOf } from './deliveries.ts';
import { createSide, type Side, type SideParts, type Totals } from './side.ts';
import { type Difference, differencesOf, type Summary } from './summary.ts';

export interface ReplayParts {
  /** The rules that are in force. */
  readonly now: SideParts;
  /** Null: nothing is compared. */
  readonly candidate: SideParts | null;
  /** From here on it is counted; what is recorded from before only fills the guardrails' memory. */
  readonly from: Time;
  /** Where the record begins that is read. */
  readonly start: Time;
  readonly until: Time;
  /** Of how many a percentage is taken. */
  readonly population: number;
  /** Told how many alerts were replayed so far, and up to when. */
  onProgress(alerts: number, at: Time): void;
}

export interface Example {
  readonly now: Summary | null;
  readonly candidate: Summary | null;
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

const MOST_EXAMPLES = 5;

/**
 * Takes recorded alerts through the rules that are in force and through others, side by side: the same alerts at the same
 * times, and the same idea of what comes of a run. So what differs comes from the rules alone. What was really done back then
 * also came from pauses, from people and from what runs did to the world, none of which can be played again.
 */
export async function replay(pages: AsyncIterable<readonly RecordedEpisode[]>, parts: ReplayParts): Promise<Replayed> {
  const { start, from, until, population } = parts;
  const now = createSide(parts.now, start, from, population);
  const candidate = parts.candidate === null ? null : createSide(parts.candidate, start, from, population);
  const compared = createComparison(now, candidate, from);
  let alerts = 0;
  let read = 0;
  for await (const delivery of deliveriesOf(pages, until)) {
    if (delivery.at > until) break;
    await now.deliver(delivery.at, delivery.alerts);
    await candidate?.deliver(delivery.at, delivery.alerts);
    compared.look();
    read += delivery.began;
    if (delivery.at >= from) alerts += delivery.began;
    parts.onProgress(read, delivery.at);
  }
  await now.runUntil(until);
  await candidate?.runUntil(until);
  compared.look();
  compared.finish();
  const { differences, examples } = compared;
  return { alerts, now: now.totals, candidate: candidate?.totals ?? null, differences, examples };
}

/** Compares incidents once they have ended on both sides, so that only what is open is kept. */
function createComparison(now: Side, candidate: Side | null, from: Time) {
  const differences = new Map<Difference, number>();
  const examples = new Map<Difference, readonly Example[]>();
  const over = new Map<string, 'now' | 'candidate'>();
  const alone = new Set<string>();

  function compare(key: string): void {
    over.delete(key);
    alone.delete(key);
    const [a, b] = [now.take(key), candidate?.take(key)];
    if (candidate === null || (a?.openedAt ?? b?.openedAt ?? 0) < from) return;
    for (const difference of differencesOf(a, b)) {
      differences.set(difference, (differences.get(difference) ?? 0) + 1);
      const known = examples.get(difference) ?? [];
      if (known.length < MOST_EXAMPLES) examples.set(difference, [...known, { now: a ?? null, candidate: b ?? null }]);
    }
  }
  function end(key: string, side: 'now' | 'candidate'): void {
    const other = over.get(key);
    if (candidate === null || alone.has(key) || (other !== undefined && other !== side)) compare(key);
    else over.set(key, side);
  }

  return {
    differences,
    examples,
    look() {
      const here = now.takeOpened();
      const there = new Set(candidate?.takeOpened());
      // Both have seen the same alerts, so what only one of them opened the other will not open any more.
      for (const key of here) if (!there.delete(key)) alone.add(key);
      for (const key of there) alone.add(key);
      for (const key of now.takeEnded()) end(key, 'now');
      for (const key of candidate?.takeEnded() ?? []) end(key, 'candidate');
    },
    finish() {
      for (const key of new Set([...now.open(), ...(candidate?.open() ?? [])])) compare(key);
    },
  };
}
