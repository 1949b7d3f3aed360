import { type Target, targetKey } from '../../domain/alert.ts';
import { type Guard, no, yes } from './guard.ts';

/** Under which name the changes of a target stand in the facts. */
export function flapKey(rule: string, target: Target): string {
  return `${rule} ${targetKey(target)}`;
}

/**
 * An alert that goes on and off by itself says more about its threshold than about its target, and each time it is gone
 * before anybody could mend it. It is left alone until it has been steady, one way or the other.
 */
export const flapping: Guard = {
  name: 'flapping',
  ask({ rule, about, limits, now }, { changes }) {
    const { flapping: limit } = limits;
    if (limit === undefined) return yes({});
    const known = changes.get(flapKey(rule, about));
    if (known === undefined) throw new Error(`Nobody has counted how often '${targetKey(about)}' went on and off`);
    const recent = known.filter((at) => at > now - limit.within && at <= now).sort((a, b) => a - b);
    const numbers = { changes: recent.length, allowed: limit.changes, withinMs: limit.within };
    // Enough of the oldest changes have to leave the period.
    const last = recent[recent.length - limit.changes - 1];
    return last === undefined ? yes(numbers) : no('flapping', last + limit.within, numbers);
  },
};
