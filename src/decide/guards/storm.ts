import { type Time, toIso } from '../../domain/time.ts';
import type { Openings, StormLimits } from './counted.ts';
import { type Guard, no, yes } from './guard.ts';

/** A storm that goes on. */
export interface StormNow {
  readonly brokeOut: Time | 'before memory';
  readonly lastOpened: Time;
  /** When it is over, if nothing more comes. */
  readonly endsAt: Time;
}

/** The storm of a rule that goes on now; null where there is none. */
export function stormNow(known: Openings, limit: StormLimits, now: Time): StormNow | null {
  const lastOpened = known.list[0]?.at;
  if (lastOpened === undefined || lastOpened + limit.calm <= now) return null;
  const brokeOut = brokenOutAt(known, limit);
  return brokeOut === null ? null : { brokeOut, lastOpened, endsAt: lastOpened + limit.calm };
}

/**
 * So many targets at once are no longer the trouble of each. Once that is so, nothing new starts until it has been calm for
 * a while; then the alerts that still fire are judged anew.
 */
export const storm: Guard = {
  name: 'storm',
  ask({ rule, limits, now }, { openings }) {
    const { storm: limit } = limits;
    if (limit === undefined) return yes({});
    const known = openings.get(rule);
    if (known === undefined) throw new Error(`Nobody has counted what the rule '${rule}' opened`);
    const { firing, within: withinMs, calm: calmMs } = limit;
    const recent = new Set(known.list.filter(({ at }) => at > now - withinMs).map(({ target }) => target)).size;
    const numbers = { recent, firing, withinMs, calmMs };
    const standing = stormNow(known, limit, now);
    if (standing === null) return yes(numbers);
    const { brokeOut, lastOpened, endsAt } = standing;
    const broke = brokeOut === 'before memory' ? brokeOut : toIso(brokeOut);
    return no('storm', endsAt, { ...numbers, lastOpened: toIso(lastOpened), brokeOut: broke });
  },
};

/** When the storm began that no calm has ended since; null where there is none. */
function brokenOutAt({ list, cut }: Openings, { firing, within, calm }: StormLimits): Time | 'before memory' | null {
  const seen = new Map<string, number>();
  // Each opening in turn, newest first, as the last one of its period: `end` runs ahead to where that period begins.
  let end = 0;
  for (const [i, opening] of list.entries()) {
    const newer = list[i - 1];
    // A calm in between: whatever storm there was before it is over.
    if (newer !== undefined && newer.at - opening.at >= calm) return null;
    if (newer !== undefined) count(newer.target, -1);
    for (let next = list[end]; next !== undefined && next.at > opening.at - within; next = list[end]) {
      count(next.target, 1);
      end += 1;
    }
    if (seen.size > firing) return opening.at;
  }
  // Without a calm up to where the memory ends, nobody can say that there was no storm before.
  return cut ? 'before memory' : null;

  function count(target: string, more: 1 | -1): void {
    const left = (seen.get(target) ?? 0) + more;
    if (left === 0) seen.delete(target);
    else seen.set(target, left);
  }
}
