import type { Time } from '../domain/time.ts';
import type { RecordedEpisode } from '../store/history.ts';
import { createDeliveries, type Delivery } from './deliveries.ts';
import { createSide, type SideParts, type Totals } from './side.ts';
import type { Summary } from './summary.ts';

/** What happened on one side since it was last told. */
export interface Played {
  /** Alerts that began and were counted. */
  readonly alerts: number;
  /** Incidents that were opened, by the alert that opened them. */
  readonly opened: readonly string[];
  /** What became of those that ended. */
  readonly ended: readonly (readonly [key: string, summary: Summary])[];
}

/** What is left at the end. */
export interface PlayedOut extends Played {
  /** What became so far of the incidents that are still open. */
  readonly open: readonly (readonly [key: string, summary: Summary])[];
  readonly totals: Totals;
}

/** Plays recorded alerts to one set of rules, page by page, wherever that is done. */
export interface Player {
  take(page: readonly RecordedEpisode[]): Promise<Played>;
  end(): Promise<PlayedOut>;
}

/** When the replay is, and of how many a percentage is taken. */
export interface Span {
  /** From here on it is counted; what is recorded from before only fills the guardrails' memory. */
  readonly from: Time;
  /** Where the record begins that is read. */
  readonly start: Time;
  readonly until: Time;
  readonly population: number;
}

/** A player in this very thread. */
export function createPlayer(parts: SideParts, { from, start, until, population }: Span): Player {
  const side = createSide(parts, start, from, population);
  const deliveries = createDeliveries(until);

  async function play(all: readonly Delivery[]): Promise<Played> {
    let alerts = 0;
    for (const { at, alerts: delivered, began } of all) {
      if (at > until) break;
      await side.deliver(at, delivered);
      if (at >= from) alerts += began;
    }
    return { alerts, opened: side.takeOpened(), ended: side.takeEnded() };
  }

  return {
    take: (page) => play(deliveries.add(page)),
    async end() {
      const last = await play(deliveries.end());
      await side.runUntil(until);
      const ended = [...last.ended, ...side.takeEnded()];
      return { ...last, ended, open: side.open(), totals: side.totals };
    },
  };
}
