import type { Labels, Source, Target } from '../domain/alert.ts';
import type { Topic } from '../domain/event.ts';
import type { IncidentState } from '../domain/incident.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { Reason } from '../domain/reason.ts';
import type { Severity } from '../domain/severity.ts';
import type { Time } from '../domain/time.ts';

/**
 * What is to be said, in no channel's markup. Every text in it is one line or a few, free of control characters,
 * redacted and of bounded length; each channel still escapes it for its own markup, because `<!channel>` is only
 * harmless where nobody reads it as a mention.
 */
export interface Message {
  readonly topic: Topic;
  /** When it was written; every relative time in it counts from here. */
  readonly at: Time;
  readonly incident: IncidentFacts;
  /** One line that says it all: how bad, what, where, and what it wants of the reader. */
  readonly headline: string;
  /** What broke, in sentences, most important first. */
  readonly broke: readonly string[];
  /** Who is at it now: remedyd, a person, or nobody. */
  readonly now: string;
  /** Why the incident is in its state, in one sentence. */
  readonly why: string;
  readonly alerts: readonly AlertFacts[];
  /** Alerts of the incident that are not listed. */
  readonly moreAlerts: number;
  readonly tried: readonly TriedRun[];
  /** Evidence, newest last. */
  readonly seen: readonly string[];
  /** The last events of the timeline, newest last. */
  readonly history: readonly string[];
  /** What the reader does next, in order. */
  readonly next: readonly string[];
  /** What the reader must know about this message itself, for example that PagerDuty could not be reached. */
  readonly notes: readonly string[];
  /** What a person is asked to allow, as long as the answer is open. */
  readonly approval: ApprovalFacts | null;
  /** What became of the question that was asked last; null where none was asked, and as long as it is open. */
  readonly answered: AnsweredFacts | null;
  /** A URL, or a path in the repository where no base URL is known. */
  readonly runbook: string | null;
  /** The incident on the status page. */
  readonly statusUrl: string | null;
}

export interface IncidentFacts {
  readonly id: string;
  readonly rule: string;
  readonly target: Target;
  readonly severity: Severity;
  readonly state: IncidentState;
  readonly reason: Reason;
  readonly openedAt: Time;
  readonly endedAt: Time | null;
  /** Somebody was woken for it. */
  readonly paged: boolean;
  readonly ackedBy: string | null;
}

export interface AlertFacts {
  readonly source: Source;
  readonly name: string;
  readonly status: 'firing' | 'resolved';
  readonly labels: Labels;
  /** Labels that are not listed. */
  readonly moreLabels: number;
  readonly annotations: Labels;
  readonly startsAt: Time | null;
}

export interface TriedRun {
  readonly id: string;
  readonly remediation: string;
  readonly outcome: Outcome | null;
  readonly startedAt: Time | null;
  readonly endedAt: Time | null;
  /** `phones/reconnect: failed, after 42 s (14:05 UTC, 10 min ago)`. */
  readonly line: string;
  /** One line for each step that was begun. */
  readonly steps: readonly string[];
}

export interface ApprovalFacts {
  readonly id: string;
  readonly remediation: string;
  readonly risk: string;
  /** The plan in sentences and `name: value` lines. */
  readonly plan: readonly string[];
  /** What the guardrails counted, in one line. */
  readonly guards: string;
  /** Who may answer, how many have, and how long there is. */
  readonly answers: readonly string[];
  readonly expiresAt: Time;
}

export interface AnsweredFacts {
  readonly id: string;
  readonly remediation: string;
  /** Who decided what, and when. */
  readonly lines: readonly string[];
}
