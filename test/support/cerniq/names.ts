/** Phones `phone_01` to `phone_20`. */
export const PHONES: readonly string[] = Array.from(
  { length: 20 },
  (_, i) => `phone_${String(i + 1).padStart(2, '0')}`,
);

export const TENANT = '7e000000-0000-4000-8000-000000000001';

/** People by what they are to a review task. */
export const USERS = {
  manager: { id: '05e00000-0000-4000-8000-000000000001', name: 'Maria Ionescu', email: 'manager@cerniq.test' },
  teamLead: { id: '05e00000-0000-4000-8000-000000000002', name: 'Andrei Popa', email: 'lead@cerniq.test' },
  agent1: { id: '05e00000-0000-4000-8000-000000000011', name: 'Ioana Radu', email: 'agent1@cerniq.test' },
  agent2: { id: '05e00000-0000-4000-8000-000000000012', name: 'Mihai Stan', email: 'agent2@cerniq.test' },
  agent3: { id: '05e00000-0000-4000-8000-000000000013', name: 'Elena Dobre', email: 'agent3@cerniq.test' },
} as const;

export const APPROVAL_TYPES = ['dedup_review', 'quality_review', 'message_review', 'stuck_recovery'] as const;
export const PRIORITIES = ['urgent', 'high', 'medium', 'low'] as const;

/** Where enrichment asks. A queue `silver:enrich:<source>-…` belongs to its source. */
export const SOURCES = ['anaf', 'termene'] as const;
export type Source = (typeof SOURCES)[number];

/** Worker services and the queues that each serves. */
export const SERVICES = {
  'cerniq-workers-ingest': ['bronze:ingest:csv', 'bronze:ingest:xlsx'],
  'cerniq-workers-enrichment': ['silver:enrich:anaf-fiscal-status', 'silver:enrich:termene-company'],
  'cerniq-workers-scoring': ['silver:score:company'],
  'churn-worker': ['churn'],
  'workers-outreach': ['outreach:orchestrator:dispatch', ...PHONES.map((phone) => `q:wa:${phone}`)],
} as const satisfies Record<string, readonly string[]>;
export type Service = keyof typeof SERVICES;

/** Queues that the admin API lists though no worker of this world serves them. */
export const UNSERVED = [
  'quota:guardian:reset',
  'dlq:outreach',
  'ai-conversation',
  'negotiation',
  'efactura',
  'document-gen',
  'guardrails',
] as const;

export const ETAPA5 = [
  'lifecycle',
  'sentiment',
  'geospatial',
  'graph',
  'referral',
  'winback',
  'association',
  'feedback',
  'content',
  'alerts',
  'compliance',
  'hitl',
] as const;

export const QUEUES: readonly string[] = [...Object.values(SERVICES).flat(), ...UNSERVED, ...ETAPA5];

export function serviceOf(queue: string): Service | undefined {
  return (Object.keys(SERVICES) as Service[]).find((service) =>
    (SERVICES[service] as readonly string[]).includes(queue),
  );
}

export function sourceOf(queue: string): Source | undefined {
  return SOURCES.find((source) => queue.startsWith(`silver:enrich:${source}-`));
}

/** BullMQ refuses colons in names, but takes the same keys when all before the last colon is the prefix. */
export function splitQueueName(queue: string): { readonly name: string; readonly prefix: string } {
  const colon = queue.lastIndexOf(':');
  return colon < 0
    ? { name: queue, prefix: 'bull' }
    : { name: queue.slice(colon + 1), prefix: `bull:${queue.slice(0, colon)}` };
}

/** Redis keys: those that the runbooks know, and those that only this world has, all under `cerniq:`. */
export const KEYS = {
  status: (phone: string) => `phone:status:${phone}`,
  quota: (phone: string, day: string) => `quota:wa:${phone}:${day}`,
  circuit: (source: Source) => `circuit:${source}:state`,
  failures: (source: Source) => `circuit:${source}:failures`,
  rateLimit: (source: Source) => `rate_limit:${source}:remaining`,
  /** A phone that is up again but was not told to send yet. */
  heldPhones: 'cerniq:held-phones',
  /** The bug of a breaker that never tries again by itself. */
  stuckCircuits: 'cerniq:stuck-circuits',
  /** Starts of each service so far. */
  boots: 'cerniq:boots',
  /** Set by each process of a service as long as it lives; expires soon after. */
  alive: (service: string) => `cerniq:alive:${service}`,
  /** What is wrong with each service, as JSON of `WorkerFault`. */
  workerFaults: 'cerniq:worker-faults',
  /** Counters, `<metric>|<label>|<label>` to number. */
  counters: 'cerniq:counters',
  /** Review tasks whose breach is already counted. */
  breached: 'cerniq:breached',
} as const;

/** What a worker service suffers from. It ends with the process it befell, unless it is sticky. */
export interface WorkerFault {
  readonly kind: 'hang' | 'crash' | 'slow';
  /** Processes started later than this are well again. */
  readonly upToBoot: number;
  readonly sticky: boolean;
  /** How long a slow job takes, in milliseconds. */
  readonly ms: number;
}

/** Workers and API tell one another over this channel that phones or faults changed. */
export function controlChannel(database: number): string {
  return `cerniq:control:${database}`;
}

/** The day as the quota keys have it. */
export function today(): string {
  return new Date().toISOString().slice(0, 10);
}
