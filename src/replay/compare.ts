import type { Time } from '../domain/time.ts';
import type { Played, PlayedOut } from './player.ts';
import { type Difference, differencesOf, type Summary } from './summary.ts';

export interface Example {
  readonly now: Summary | null;
  readonly candidate: Summary | null;
}

/** In what two sides differ that are given the same alerts. */
export interface Comparison {
  /** How many incidents differ, by how. */
  readonly differences: ReadonlyMap<Difference, number>;
  /** The first of each. */
  readonly examples: ReadonlyMap<Difference, readonly Example[]>;
  /** Takes what happened on both sides over the same alerts. */
  look(now: Played, candidate: Played): void;
  /** Takes what is still open on both. */
  finish(now: PlayedOut, candidate: PlayedOut): void;
}

const MOST_EXAMPLES = 5;

/**
 * Compares incidents once they have ended on both sides, so that only what is open is kept.
 *
 * @param from incidents from before then are not compared
 */
export function createComparison(from: Time): Comparison {
  const differences = new Map<Difference, number>();
  const examples = new Map<Difference, readonly Example[]>();
  /** Ended on one side, and not yet on the other one. */
  const over = { now: new Map<string, Summary>(), candidate: new Map<string, Summary>() };
  /** Opened on one side only. */
  const alone = new Set<string>();

  function compare(a: Summary | undefined, b: Summary | undefined): void {
    if ((a?.openedAt ?? b?.openedAt ?? 0) < from) return;
    for (const difference of differencesOf(a, b)) {
      differences.set(difference, (differences.get(difference) ?? 0) + 1);
      const known = examples.get(difference) ?? [];
      if (known.length < MOST_EXAMPLES) examples.set(difference, [...known, { now: a ?? null, candidate: b ?? null }]);
    }
  }
  function end(key: string, summary: Summary, side: 'now' | 'candidate'): void {
    const there = over[side === 'now' ? 'candidate' : 'now'];
    const other = there.get(key);
    if (other === undefined && !alone.delete(key)) return void over[side].set(key, summary);
    there.delete(key);
    if (side === 'now') compare(summary, other);
    else compare(other, summary);
  }
  function look(now: Played, candidate: Played): void {
    const there = new Set(candidate.opened);
    // Both have seen the same alerts, so what only one of them opened the other will not open any more.
    for (const key of now.opened) if (!there.delete(key)) alone.add(key);
    for (const key of there) alone.add(key);
    for (const [key, summary] of now.ended) end(key, summary, 'now');
    for (const [key, summary] of candidate.ended) end(key, summary, 'candidate');
  }

  return {
    differences,
    examples,
    look,
    finish(now, candidate) {
      look(now, candidate);
      const left = [over.now, new Map(now.open), over.candidate, new Map(candidate.open)] as const;
      for (const key of new Set(left.flatMap((one) => [...one.keys()]))) {
        const [ended, open, otherEnded, otherOpen] = left.map((one) => one.get(key));
        compare(ended ?? open, otherEnded ?? otherOpen);
      }
    },
  };
}
