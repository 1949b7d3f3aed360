import type { Config } from './config/schema.ts';
import { createGatherer } from './decide/gather.ts';
import type { Alert } from './domain/alert.ts';
import type { Clock, Millis } from './domain/time.ts';
import { settingsOf } from './engine/settings.ts';
import { keepCovered } from './escalate/cover.ts';
import { endStopThatIsOver } from './pause/stop-over.ts';
import type { Rulebook } from './rules/rulebook.ts';
import { startSingleton } from './singleton.ts';
import type { Db } from './store/db.ts';
import type { Handed } from './store/outbox.ts';

export interface GatheringParts {
  readonly config: Config;
  readonly db: Db;
  readonly clock: Clock;
  readonly replica: string;
  rulebook(): Rulebook;
  tellOwn(alerts: readonly Alert[]): Promise<void>;
  handOver(rows: readonly Handed[]): void;
  onError(error: Error): void;
}

/** A storm is told within so long after it has broken out; its incidents wait for their deadlines at least as long. */
const EVERY: Millis = 2_000;

/**
 * On one of the replicas: what is the trouble of many is told once, and its page stands for theirs while it goes on. An emergency
 * stop that is over ends here, too.
 */
export function startGathering(parts: GatheringParts): { stop(): Promise<void> } {
  const gatherer = createGatherer(parts);
  const covering = { ...parts, ...settingsOf(parts.config) };
  return startSingleton({
    ...parts,
    name: 'gathering',
    every: EVERY,
    work: async () => {
      await gatherer.turn();
      await keepCovered(covering);
      await endStopThatIsOver(parts);
    },
  });
}
