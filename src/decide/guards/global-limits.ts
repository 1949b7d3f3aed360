import { type Guard, no, yes } from './guard.ts';

const RECHECK = 5_000;

/** So many runs at once, and so many an hour, in the whole service: a limit on what a fault in remedyd itself can do. */
export const globalLimits: Guard = {
  name: 'global-limits',
  ask({ now }, { runs, runsLastHour, limits }) {
    const running = runs.filter((run) => run.endedAt === null).length;
    const numbers = { running, atOnce: limits.runs_at_once, lastHour: runsLastHour, perHour: limits.runs_per_hour };
    if (running >= limits.runs_at_once) return no('global-concurrency', now + RECHECK, numbers);
    if (runsLastHour >= limits.runs_per_hour) return no('global-rate', now + 60_000, numbers);
    return yes(numbers);
  },
};
