import { type Guard, no, runsOnTarget, yes } from './guard.ts';

/** Attempts on one target wait longer and longer until one has held. */
export const backoff: Guard = {
  name: 'backoff',
  ask(subject, facts) {
    const ended = runsOnTarget(subject, facts)
      .filter((run) => run.endedAt !== null)
      .sort((a, b) => (b.endedAt ?? 0) - (a.endedAt ?? 0));
    const held = ended.findIndex((run) => run.outcome === 'held');
    const without = held === -1 ? ended.length : held;
    const { backoff: waits } = facts.limits;
    if (without === 0 || waits.length === 0) return yes({ attemptsWithoutSuccess: without });
    const wait = waits[Math.min(without, waits.length) - 1] ?? 0;
    const until = (ended[0]?.endedAt ?? subject.now) + wait;
    const numbers = { attemptsWithoutSuccess: without, waitMs: wait };
    return until > subject.now ? no('backoff', until, numbers) : yes(numbers);
  },
};
