import type { Severity } from './severity.ts';
import type { Time } from './time.ts';

/** Who told us. `probe` is remedyd's own health checks, `drill` its own synthetic alerts, `remedyd` what it says of its work. */
export const SOURCES = ['alertmanager', 'signoz', 'grafana', 'event', 'probe', 'drill', 'remedyd'] as const;

export type Source = (typeof SOURCES)[number];

export type Labels = Readonly<Record<string, string>>;

/** One alert of one delivery, in remedyd's words, whatever the sender's format was. */
export interface Alert {
  readonly source: Source;
  /** The sender's fingerprint, or one computed from the labels where the sender has none. */
  readonly fingerprint: string;
  readonly status: 'firing' | 'resolved';
  readonly name: string;
  readonly labels: Labels;
  readonly annotations: Labels;
  /** What the sender calls it, mapped; null where it says nothing we know. */
  readonly severity: Severity | null;
  /** Null where the sender does not say. It may move between deliveries of one episode. */
  readonly startsAt: Time | null;
  readonly endsAt: Time | null;
  readonly generatorUrl: string | null;
  /** Why this is only a test of the alerting itself, or null for a real alert. Tests never remediate. */
  readonly test: string | null;
  /**
   * What the sender says beyond firing and resolved, in words: that the resolve is no recovery (its rule was paused), or
   * that data is missing rather than bad. Null where there is nothing to add.
   */
  readonly note: string | null;
}

/** What is acted on: locked, cooled down and counted, across all rules. */
export interface Target {
  readonly kind: string;
  readonly id: string;
}

export function targetKey({ kind, id }: Target): string {
  return `${kind}:${id}`;
}
