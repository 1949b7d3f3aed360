import { type Config, timeIntervalsOf } from '../config/schema.ts';
import type { JudgeParts } from '../decide/judge.ts';
import type { PutOffParts } from '../escalate/put-off.ts';
import type { TakeInParts } from '../ingest/take-in.ts';
import type { ConcludeParts } from '../verify/conclude.ts';

/** Everything that the stages need beside the ledger and what belongs to a process. */
type Own = 'clock' | 'remediations' | 'populations' | 'canaries' | 'rulebook';

/** What of the config the course of an incident depends on. */
export interface EngineSettings
  extends Omit<JudgeParts, Own>,
    Omit<TakeInParts, Own>,
    Omit<ConcludeParts, Own>,
    Omit<PutOffParts, Own> {}

/** The service and whoever imitates it read the config here, so that they cannot differ. */
export function settingsOf(config: Config): EngineSettings {
  return {
    limits: config.guards,
    unmatched: config.unmatched,
    timeIntervals: timeIntervalsOf(config),
    maintenance: config.maintenance,
    reorderWindow: config.ingest.reorder_window,
    recurrenceWindow: config.ingest.recurrence_window,
    resolveWithin: config.verify.resolve_within,
    dependsOn: config.depends_on,
    escalateAfter: config.escalate_after,
  };
}
