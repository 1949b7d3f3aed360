import type { Policy } from '../../src/domain/climb.ts';
import type { Lane } from '../../src/queue/lanes.ts';
import type { Rulebook } from '../../src/rules/rulebook.ts';
import type { Handed } from '../../src/store/outbox.ts';
import type { Database } from './database.ts';
import type { Life } from './schedule.ts';
import type { Seams } from './seams.ts';
import type { Sources } from './sources.ts';
import type { Witness } from './witness.ts';
import type { World } from './world.ts';

/** What the queue carries. It may be lost or doubled. */
export interface WakeUp {
  readonly lane: Lane;
  readonly ids: readonly number[];
}

/** What all replicas share. */
export interface Shared {
  readonly db: Database;
  readonly world: World;
  readonly sources: Sources;
  readonly queue: WakeUp[];
  readonly seams: Seams;
  readonly witness: Witness;
  tell(who: string, what: string): void;
  /** Something threw that never should. */
  failed(error: Error): void;
}

/** What the stages of one life of a replica work with. */
export interface Parts extends Shared {
  readonly life: Life;
  rulebook(): Rulebook;
  handOver(rows: readonly Handed[]): void;
}

/** What the simulated service is configured to. */
export const SETTINGS = {
  hold: 15_000,
  reorderWindow: 60_000,
  recurrenceWindow: 3_600_000,
  resolveWithin: 60_000,
  escalateAfter: 600_000,
  maintenance: [],
  unmatched: { critical: 'page', high: 'page', medium: 'record', low: 'record' },
} as const;

/** Who is told when, counted from the first page. */
export const POLICY: Policy = {
  name: 'oncall',
  levels: [
    { name: 'L1', after: 0, notify: null, who: null },
    { name: 'L2', after: 300_000, notify: null, who: null },
    { name: 'L3', after: 900_000, notify: null, who: null },
  ],
  repeat: { every: 600_000, times: 1 },
  ackFor: 1_200_000,
};
