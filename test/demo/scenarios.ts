import type { Cerniq } from '../support/cerniq/cerniq.ts';

/** One trouble of Cerniq and what has to come of it. */
export interface Scenario {
  readonly alert: string;
  /** What the incident is about, as the API names it. */
  readonly target: string;
  /** What really is the matter; remedyd is told no more than the alert. */
  readonly trouble: string;
  /** Makes the trouble. Nothing here raises an alert: whoever watches the world does. */
  make(cerniq: Cerniq): Promise<unknown>;
  readonly expected: {
    readonly outcome: 'healed' | 'escalated';
    readonly remediation: string;
    /** Pages to the on-call person. */
    readonly paged: number;
  };
}

/** The four headline alerts, and one that no machine can heal. */
export const SCENARIOS: readonly Scenario[] = [
  {
    alert: 'phone:offline',
    target: 'phone:phone_07',
    trouble: 'a WhatsApp phone dropped off',
    make: (cerniq) => cerniq.faults.phoneDrops('phone_07'),
    expected: { outcome: 'healed', remediation: 'phones/reconnect', paged: 0 },
  },
  {
    alert: 'queue:backlog',
    target: 'queue:bronze:ingest:csv',
    trouble: 'the ingest workers crashed, 80 jobs wait',
    async make(cerniq) {
      await cerniq.faults.workerCrashes('cerniq-workers-ingest');
      await cerniq.enqueue('bronze:ingest:csv', 80);
    },
    expected: { outcome: 'healed', remediation: 'queues/unblock', paged: 0 },
  },
  {
    alert: 'HITLSlaBreach',
    target: 'reviews:approval_tasks',
    trouble: '4 approvals are overdue and nobody has them',
    make: (cerniq) => cerniq.faults.reviewsOverdue(4),
    expected: { outcome: 'healed', remediation: 'reviews/escalate-overdue', paged: 0 },
  },
  {
    alert: 'EnrichmentStalled',
    target: 'source:anaf',
    trouble: "ANAF's circuit breaker is stuck open",
    async make(cerniq) {
      await cerniq.faults.circuitStuckOpen('anaf');
      await cerniq.enqueue('silver:enrich:anaf-fiscal-status', 30);
    },
    // Critical: somebody is told at once, while the healing is under way.
    expected: { outcome: 'healed', remediation: 'enrichment/unstall', paged: 1 },
  },
  {
    alert: 'phone:offline',
    target: 'phone:phone_12',
    trouble: 'a phone wants its QR code scanned',
    make: (cerniq) => cerniq.faults.phoneNeedsQr('phone_12'),
    expected: { outcome: 'escalated', remediation: 'phones/reconnect', paged: 1 },
  },
];
