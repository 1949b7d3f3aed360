import type { Alert, Source } from '../../domain/alert.ts';

/** The sources that send webhooks. Probes and drills raise their alerts inside. */
export const WEBHOOK_SOURCES = ['alertmanager', 'signoz', 'grafana', 'event'] as const satisfies readonly Source[];

export type WebhookSource = (typeof WEBHOOK_SOURCES)[number];

/** A delivery that was understood. Alerts that could not be read are missing from it and stand in `faults`. */
export interface Delivery {
  readonly kind: 'alerts';
  readonly alerts: readonly Alert[];
  /** How many alerts the sender cut off; they are delivered by nobody, so they must be fetched. */
  readonly truncated: number;
  /** Opaque: it cannot be parsed, and editing the sender's routes changes it. */
  readonly groupKey: string | null;
  /** The receiver's name as the operator wrote it, without the sender's escapes. */
  readonly receiver: string | null;
  /** One sentence for each alert that was left out. */
  readonly faults: readonly string[];
}

/** What a webhook body turned out to be. */
export type Parsed = Delivery | { readonly kind: 'unknown'; readonly reason: string };

export function unknown(reason: string): Parsed {
  return { kind: 'unknown', reason };
}

/** One item of a delivery: an alert, or why it is none. */
export type Item = Alert | { readonly fault: string };

/**
 * Puts a delivery together. One bad alert does not lose the good ones; where not a single one can be read, the body is
 * something else, such as a custom template, and a person must see it.
 */
export function delivery(items: readonly Item[], more: Pick<Delivery, 'truncated' | 'groupKey' | 'receiver'>): Parsed {
  const alerts = items.filter((item): item is Alert => !('fault' in item));
  const faults = items.flatMap((item, i) =>
    'fault' in item ? [`alert ${i + 1} of ${items.length}: ${item.fault}`] : [],
  );
  if (alerts.length === 0 && faults.length > 0) {
    return unknown(`none of its ${items.length} alerts can be read; ${faults[0]}`);
  }
  return { kind: 'alerts', alerts, faults, ...more };
}
