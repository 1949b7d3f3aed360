import { setTimeout as pause } from 'node:timers/promises';
import type { DaemonClient, Event } from './client.ts';

export interface Sender {
  /** Sends until it is acknowledged, as Alertmanager does: again after every failure. Resolves then. */
  send(event: Event | readonly Event[]): Promise<void>;
  /** Answers other than 200 so far, by status; 0 is no answer at all. */
  readonly refusals: Map<number, number>;
}

/** A sender that never gives up. `to` is asked anew each time, because the daemon may have been started again. */
export function stubbornSender(to: () => DaemonClient): Sender {
  const refusals = new Map<number, number>();
  return {
    refusals,
    async send(event) {
      for (;;) {
        const status = await to()
          .event(event)
          .then(
            (answer) => answer.status,
            () => 0,
          );
        if (status === 200) return;
        refusals.set(status, (refusals.get(status) ?? 0) + 1);
        await pause(100);
      }
    },
  };
}

/** Small and seeded, so that a failure can be played again. */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296;
  };
}
