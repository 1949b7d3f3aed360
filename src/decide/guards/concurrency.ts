import { type Guard, no, yes } from './guard.ts';

/** How soon a full rule is looked at again; the end of one of its runs asks at once. */
const RECHECK = 5_000;

/** So many runs of one rule at once: what heals one phone may hurt the fleet when it is done to all of them together. */
export const concurrency: Guard = {
  name: 'concurrency',
  ask({ rule, limits, now }, { runs }) {
    if (limits.concurrency === undefined) return yes({});
    const running = runs.filter((run) => run.endedAt === null && run.rule === rule).length;
    const numbers = { running, max: limits.concurrency };
    return running < limits.concurrency ? yes(numbers) : no('concurrency', now + RECHECK, numbers);
  },
};
