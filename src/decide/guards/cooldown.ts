import { toIso } from '../../domain/time.ts';
import { type Guard, no, runsOnTarget, yes } from './guard.ts';

/**
 * Rest for a target after its last run, whichever rule that was for. Further attempts of the same incident are not
 * meant: those are spaced by the backoff, and are the reason why the first one did not suffice.
 */
export const cooldown: Guard = {
  name: 'cooldown',
  ask(subject, facts) {
    const { cooldown: rest } = subject.limits;
    if (rest === undefined) return yes({});
    const ends = runsOnTarget(subject, facts)
      .filter((run) => run.incidentId !== subject.incidentId)
      .map((run) => run.endedAt ?? subject.now);
    if (ends.length === 0) return yes({ cooldownMs: rest });
    const last = Math.max(...ends);
    const numbers = { cooldownMs: rest, lastRunEnded: toIso(last) };
    return last + rest > subject.now ? no('cooldown', last + rest, numbers) : yes(numbers);
  },
};
