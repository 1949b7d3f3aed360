import type { Clock, Millis } from '../domain/time.ts';
import type { Db } from '../store/db.ts';
import { claimDue, type Handed } from '../store/outbox.ts';
import type { Backend } from './backend.ts';
import { LANE_OF, LANES, type Lane, type LaneJob, toJobs } from './lanes.ts';
import type { WakeUpQueue } from './wake-up.ts';

export interface RelayParts {
  readonly db: Db;
  readonly clock: Clock;
  readonly backend: Backend;
  /** Queue names start with it. */
  readonly prefix: string;
  readonly pollEvery: Millis;
  /** Why this process decides and runs nothing; null where it does. */
  refusal(): string | null;
  /** Does a job here and now, for when the queue cannot be reached. Never throws. */
  direct(job: LaneJob): Promise<void>;
  onError(error: Error, what: string): void;
}

export interface Relay {
  /** Hands rows over that were just written; returns at once. */
  handOver(rows: readonly Handed[]): void;
  /** Ends the polling; work that is being done directly is waited for. */
  stop(): Promise<void>;
}

export function queueName(prefix: string, lane: Lane): string {
  return `${prefix}-${lane}`;
}

const MOST_AT_ONCE = 500;

/** How long the queue may take to take a job. */
const ADD_WITHIN: Millis = 3_000;

/**
 * Moves work from the outbox to the queue: at once after the transaction that wrote it, and by looking for due rows
 * again and again, so that what got lost between the two is found. Where the queue itself is down the work is done
 * directly: no failure of the queue may swallow a page.
 *
 * What was written here and is to be decided is decided here, at once, together with all that came meanwhile: that touches
 * nothing but the database, and a way through the queue would only be slower. The outbox row stands until it is done, so
 * that the poll of any replica takes it over if this one dies.
 */
export function startRelay(parts: RelayParts): Relay {
  const { db, clock, backend } = parts;
  const queues = new Map<Lane, WakeUpQueue>(LANES.map((lane) => [lane, backend.queue(queueName(parts.prefix, lane))]));
  const stopped = new AbortController();
  const under = new Set<Promise<void>>();
  const undecided: Handed[] = [];
  let deciding = false;
  const polling = poll();

  return {
    handOver(rows) {
      if (stopped.signal.aborted) return;
      const byHand = Map.groupBy(rows, (row) => (LANE_OF[row.kind] === 'decide' ? 'decide' : 'queue'));
      const toDecide = byHand.get('decide') ?? [];
      undecided.push(...toDecide);
      if (toDecide.length > 0 && !deciding) track(decideAll());
      const others = byHand.get('queue') ?? [];
      if (others.length > 0) track(push(others));
    },
    async stop() {
      stopped.abort();
      await polling;
      await Promise.all(under);
      await Promise.all([...queues.values()].map((queue) => queue.close().catch(() => undefined)));
    },
  };

  /** One batch after another; while one is decided the next gathers. */
  async function decideAll(): Promise<void> {
    deciding = true;
    while (undecided.length > 0) {
      for (const job of toJobs(undecided.splice(0, MOST_AT_ONCE))) await parts.direct(job);
    }
    deciding = false;
  }

  async function poll(): Promise<void> {
    while (!stopped.signal.aborted) {
      let full = false;
      try {
        const rows = await claimDue(
          db,
          clock.now(),
          MOST_AT_ONCE,
          parts.refusal() === null ? [] : ['decide', 'execute'],
        );
        full = rows.length === MOST_AT_ONCE;
        if (rows.length > 0) await push(rows);
      } catch (error) {
        parts.onError(error as Error, 'the relay cannot read the outbox');
      }
      if (!full) await clock.sleep(parts.pollEvery, stopped.signal).catch(() => undefined);
    }
  }

  async function push(rows: readonly Handed[]): Promise<void> {
    const byLane = Map.groupBy(toJobs(rows), (job) => job.lane);
    await Promise.all([...byLane].map(([lane, jobs]) => pushLane(lane, jobs)));
  }

  async function pushLane(lane: Lane, jobs: readonly LaneJob[]): Promise<void> {
    const queue = queues.get(lane);
    const toAdd = jobs.map(({ jobId, rows }) => ({ jobId, wakeUp: { ids: rows.map((row) => row.id) } }));
    const [first] = toAdd;
    if (queue === undefined || first === undefined) return;
    try {
      await inTime(toAdd.length === 1 ? queue.add(first.jobId, first.wakeUp) : queue.addMany(toAdd));
    } catch (error) {
      parts.onError(error as Error, `the queue cannot take work for '${lane}', which is done directly`);
      for (const job of jobs) track(parts.direct(job));
    }
  }

  /** A queue that hangs is as good as one that is gone. If it takes the job later after all, the row is struck by then. */
  async function inTime(adding: Promise<void>): Promise<void> {
    const done = new AbortController();
    const late = clock.sleep(ADD_WITHIN, done.signal).then(
      () => Promise.reject(new Error(`it did not answer within ${ADD_WITHIN} ms`)),
      () => undefined,
    );
    adding.catch(() => undefined);
    try {
      await Promise.race([adding, late]);
    } finally {
      done.abort();
    }
  }

  function track(work: Promise<void>): void {
    under.add(work);
    void work.finally(() => under.delete(work));
  }
}
