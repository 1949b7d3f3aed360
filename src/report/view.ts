import type { Incident } from '../domain/incident.ts';
import type { Millis, Time } from '../domain/time.ts';
import type { AlertView, EvidenceView, RuleView, RunView, TimelineView } from '../notify/view.ts';
import type { AlertCount } from '../store/alert-counts.ts';

/** Everything that is known of one incident, as its report needs it. The store fills it; nothing here is cleaned yet. */
export interface ReportView {
  readonly incident: Incident;
  /** Null for an incident that no rule covers, or whose rule is gone. */
  readonly rule: RuleView | null;
  /** How many alerts there were in all. */
  readonly alertCount: number;
  /** How many by name, the most frequent first. */
  readonly alertNames: readonly AlertCount[];
  /** The first of them: those that fire, then by age. */
  readonly alerts: readonly AlertView[];
  /** Oldest first. */
  readonly runs: readonly RunView[];
  /** Oldest first. */
  readonly evidence: readonly EvidenceView[];
  /** All of it, oldest first. */
  readonly timeline: readonly TimelineView[];
  /** Number of the first entry that does not follow from the one before it; null where the timeline is whole. */
  readonly brokenAt: number | null;
  /** Set where the same rule has healed the same target so often that a bug hides behind it. */
  readonly debt: { readonly heals: number; readonly within: Millis } | null;
  /** The incident of the same trouble that came after this one, if any. */
  readonly cameBackAs: string | null;
  /** When the post-mortem is due, or was; null where none is wanted. */
  readonly postMortemDueAt: Time | null;
  /** A URL, or a path in the repository where no base URL is known. */
  readonly runbook: string | null;
  /** The incident in the API. */
  readonly statusUrl: string | null;
}
