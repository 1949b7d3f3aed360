import type { Clock } from '../domain/time.ts';
import type { Db } from '../store/db.ts';
import { type NewRequest, type Taken, takeRequests } from '../store/requests.ts';

/** Stores one request; many at once are stored together. */
export type Intake = (request: NewRequest) => Promise<Taken>;

/** As many as one statement takes in good time. */
const MOST_AT_ONCE = 500;

interface Waiting {
  readonly request: NewRequest;
  readonly done: PromiseWithResolvers<Taken>;
}

/**
 * Stores what people send, so that it can be acknowledged. Slack waits three seconds, whatever else the database has to do: what
 * comes while one statement is under way goes into the next one together, so a crowd waits for a few statements and
 * not for hundreds.
 */
export function createIntake({ db, clock }: { readonly db: Db; readonly clock: Clock }): Intake {
  let waiting: Waiting[] = [];
  let busy = false;

  return (request) => {
    const done = Promise.withResolvers<Taken>();
    waiting.push({ request, done });
    if (!busy) void drain();
    return done.promise;
  };

  async function drain(): Promise<void> {
    busy = true;
    // What is being read off the sockets in this very turn comes along.
    await new Promise<void>((resolve) => setImmediate(resolve));
    while (waiting.length > 0) await store(next());
    busy = false;
  }

  /** One id at most once in a statement; the same request again waits for the next. */
  function next(): readonly Waiting[] {
    const seen = new Set<string>();
    const batch: Waiting[] = [];
    const rest: Waiting[] = [];
    for (const one of waiting) {
      const { id } = one.request;
      if (batch.length < MOST_AT_ONCE && !seen.has(id)) batch.push(one);
      else rest.push(one);
      seen.add(id);
    }
    waiting = rest;
    return batch;
  }

  async function store(batch: readonly Waiting[]): Promise<void> {
    try {
      const taken = await takeRequests(
        db,
        batch.map(({ request }) => request),
        clock.now(),
      );
      for (const [i, { done }] of batch.entries()) done.resolve(taken[i] ?? { handed: [], replays: 0 });
    } catch (error) {
      for (const { done } of batch) done.reject(error);
    }
  }
}
