import type { Millis, Time } from '../domain/time.ts';
import { findApprovals } from '../store/approvals.ts';
import { takeRequests } from '../store/requests.ts';
import type { PeopleRoutesParts } from './parts.ts';
import type { Refusal } from './signature.ts';

/** Strangers make us ask the database no more often than that. */
const EVERY: Millis = 1_000;

/** One question's history tells of it once in that time. */
const TOLD_EVERY: Millis = 600_000;

/** Tells the history of a question that somebody tried to answer it without Slack's signature. */
export function createForgeries(parts: Pick<PeopleRoutesParts, 'db' | 'clock' | 'handOver' | 'log'>) {
  const { db, clock, handOver, log } = parts;
  let next: Time = 0;
  return {
    /** Returns at once. What a stranger sent is only looked through for the id of a question; the rest of it is not used. */
    note(body: Uint8Array, refusal: Refusal): void {
      const now = clock.now();
      if (now < next) return;
      const [id] = /apr-[0-9a-z]{7,10}-[0-9a-z]{8}/.exec(Buffer.from(body).toString('latin1', 0, 20_000)) ?? [];
      if (id === undefined) return;
      next = now + EVERY;
      void keep(id, refusal, now).catch((error: Error) => log.warn({ err: error }, 'a forgery could not be noted'));
    },
  };

  async function keep(approval: string, refusal: Refusal, now: Time): Promise<void> {
    if (!(await findApprovals(db, [approval])).has(approval)) return;
    const key = `forged-${approval}-${Math.floor(now / TOLD_EVERY)}`;
    const taken = await takeRequests(db, [{ id: key, data: { kind: 'forged', approval, refusal } }], now);
    handOver(taken.flatMap(({ handed }) => handed));
  }
}
