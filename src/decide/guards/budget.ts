import { type Guard, no, runsOnTarget, yes } from './guard.ts';

/** So many runs of a rule on one target within a sliding period; a fix that is needed more often hides a fault. */
export const budget: Guard = {
  name: 'budget',
  ask(subject, facts) {
    const { budget: allowed } = subject.limits;
    if (allowed === undefined) return yes({});
    const from = subject.now - allowed.per;
    const used = runsOnTarget(subject, facts)
      .filter((run) => run.rule === subject.rule && run.admittedAt > from)
      .map((run) => run.admittedAt)
      .sort((a, b) => a - b);
    const numbers = { used: used.length, runs: allowed.runs, perMs: allowed.per };
    if (used.length < allowed.runs) return yes(numbers);
    // A place becomes free when enough of the oldest ones have left the period.
    const oldest = used[used.length - allowed.runs] ?? subject.now;
    return no('budget', oldest + allowed.per + 1, numbers);
  },
};
