import { type Guard, no, sameTarget, yes } from './guard.ts';

/** How soon a busy target is looked at again; the end of its run asks at once. */
const RECHECK = 5_000;

/** One run per target at any time, across all rules. A run holds its target until its verification has ended. */
export const lease: Guard = {
  name: 'lease',
  ask({ target, now }, { runs }) {
    const holder = runs.find((run) => run.endedAt === null && sameTarget(run.target, target));
    if (holder === undefined) return yes({});
    return no('target-leased', now + RECHECK, { run: holder.id, rule: holder.rule });
  },
};
