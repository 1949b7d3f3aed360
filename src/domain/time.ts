/** Milliseconds since 1970-01-01T00:00:00Z. */
export type Time = number;

/** A length of time in milliseconds. */
export type Millis = number;

/** The one source of time. It is handed in, so that tests and simulations can move it. */
export interface Clock {
  now(): Time;
  /** Resolves after `ms` milliseconds; rejects with the signal's reason as soon as it aborts. */
  sleep(ms: Millis, signal?: AbortSignal): Promise<void>;
}

const LONGEST_TIMER: Millis = 2 ** 31 - 1;

function timer(ms: Millis, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const stop = () => {
      clearTimeout(running);
      reject(signal?.reason);
    };
    const running = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal?.addEventListener('abort', stop, { once: true });
  });
}

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  async sleep(ms, signal) {
    // A timer that is set for longer than it can hold goes off at once.
    for (let rest = ms; rest > 0 || rest === ms; rest -= LONGEST_TIMER)
      await timer(Math.min(rest, LONGEST_TIMER), signal);
  },
};

/** RFC 3339 in UTC with milliseconds, the form of every time that leaves the process. */
export function toIso(time: Time): string {
  return new Date(time).toISOString();
}

/** For the database driver, which wants its own kind of date. */
export function toDate(time: Time): Date {
  return new Date(time);
}

/**
 * Reads an RFC 3339 time. Go's zero time (`0001-01-01T00:00:00Z`), which Alertmanager sends for "not yet", an empty
 * string and anything unreadable all become null: senders disagree too much to refuse an alert over a date.
 */
export function fromIso(text: unknown): Time | null {
  // `Date.parse` alone would also take '1' and 'yesterday 5' for dates.
  if (typeof text !== 'string' || !/^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d/.test(text)) return null;
  const time = Date.parse(text);
  return Number.isNaN(time) || time <= 0 ? null : time;
}
