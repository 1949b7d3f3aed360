import { LOOK_EVERY, watchAutonomy } from './autonomy/watch.ts';
import type { Config } from './config/schema.ts';
import type { Alert } from './domain/alert.ts';
import { random } from './domain/id.ts';
import type { Rotation } from './domain/rotation.ts';
import type { Clock, Millis } from './domain/time.ts';
import { handOver } from './escalate/hand-over.ts';
import { startGathering } from './gathering.ts';
import { startHousekeeping } from './housekeeping.ts';
import type { Channel } from './notify/channel.ts';
import type { Log } from './observe/log.ts';
import type { Metrics } from './observe/metrics.ts';
import type { reportTo } from './observe/report.ts';
import { startProbes } from './probe/start.ts';
import { sweep } from './queue/sweep.ts';
import type { Remediation } from './remediation/define.ts';
import type { Rulebook } from './rules/rulebook.ts';
import { startSingleton } from './singleton.ts';
import type { Db } from './store/db.ts';
import type { Handed } from './store/outbox.ts';

export interface RegularsParts {
  readonly config: Config;
  readonly db: Db;
  readonly clock: Clock;
  readonly replica: string;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly channels: ReadonlyMap<string, Channel>;
  readonly report: ReturnType<typeof reportTo>;
  readonly rotations: readonly Rotation[];
  readonly hardStop: AbortSignal;
  readonly remediations: ReadonlyMap<string, Remediation>;
  readonly store: Parameters<typeof startProbes>[0]['store'];
  rulebook(): Rulebook;
  tellOwn(alerts: readonly Alert[]): Promise<void>;
  handOver(rows: readonly Handed[]): void;
}

const SWEEP_EVERY: Millis = 10_000;
const SWEEP_GRACE: Millis = 60_000;
const HAND_OVER_EVERY: Millis = 5_000;

/** What is done again and again, each on one replica at a time: probes, the sweep, figures, the hand-over, housekeeping. */
export function startRegulars(parts: RegularsParts): { stop(): Promise<void> } {
  const { config, db, clock, report } = parts;
  const every = (name: string, period: Millis, work: () => Promise<unknown>, failure: string) =>
    startSingleton({
      ...parts,
      name,
      every: period,
      work: async () => void (await work()),
      onError: (error) => report.failed(error, failure),
    });
  const { autonomy, escalate_after: escalateAfter } = config;
  const found = { grace: SWEEP_GRACE, handOver: parts.handOver, onFound: report.swept };
  const regulars = [
    startHousekeeping({ ...parts, keep: config.retention }),
    every('hand-over', HAND_OVER_EVERY, () => handOver(parts), 'the note about the hand-over failed'),
    every(
      'autonomy',
      LOOK_EVERY,
      () => watchAutonomy({ ...parts, autonomy, escalateAfter }),
      'looking at the rules and their runs failed',
    ),
    every('sweep', SWEEP_EVERY, () => sweep({ db, clock, ...found }), 'the sweep failed'),
    startGathering({ ...parts, onError: (error) => report.failed(error, 'storms could not be looked for') }),
    startProbes({ ...parts, probes: config.probes, random }),
  ];
  return {
    async stop() {
      await Promise.all(regulars.map((one) => one.stop()));
    },
  };
}
