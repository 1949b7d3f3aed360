import { toIso } from '../../domain/time.ts';
import { pauseFor } from '../../store/pauses.ts';
import { type Guard, no, yes } from './guard.ts';

/** How soon a pause without an end is looked at again; lifting it asks at once. */
const RECHECK = 60_000;

/** A person said stop: everywhere, for this rule, or on this target. */
export const pause: Guard = {
  name: 'pause',
  ask({ rule, target, about, now }, { pauses }) {
    const found = pauseFor(pauses, rule, target) ?? pauseFor(pauses, rule, about);
    if (found === undefined) return yes({ pauses: pauses.length });
    const { scope, key, owner, why, until } = found;
    const ends = until === null ? null : toIso(until);
    return no('paused', Math.min(until ?? now + RECHECK, now + RECHECK), { scope, key, owner, why, until: ends });
  },
};
