import type { Alert } from '../domain/alert.ts';
import { newId } from '../domain/id.ts';
import { parseSeverity } from '../domain/severity.ts';
import type { Clock } from '../domain/time.ts';
import type { Arrival, Receipt } from '../ingest/commit.ts';
import type { Log } from '../observe/log.ts';
import type { Metrics } from '../observe/metrics.ts';
import type { Db } from '../store/db.ts';
import { firingOf } from '../store/episodes.ts';
import { holdLease } from '../store/leases.ts';
import type { Probe } from './config.ts';
import { lookHttp } from './http.ts';
import { runProbes } from './schedule.ts';

export interface ProbeParts {
  readonly db: Db;
  readonly clock: Clock;
  readonly replica: string;
  readonly probes: readonly Probe[];
  readonly log: Log;
  readonly metrics: Metrics;
  store(arrival: Arrival): Promise<Receipt>;
  random(): number;
}

const LEASE = 'probes';
const LEASE_TTL = 15_000;

/** Starts the health probes; of all replicas only the one with the lease looks. */
export function startProbes(parts: ProbeParts): { stop(): Promise<void> } {
  const { db, clock, replica, probes, log, metrics } = parts;
  const stopped = new AbortController();
  if (probes.length === 0) return { stop: async () => undefined };
  let leader = false;
  const leading = lead();
  const looking = runProbes(
    {
      probes,
      clock,
      random: parts.random,
      look: (probe, signal) => lookHttp(probe, clock, signal),
      emit: async (alerts) => {
        const receivedAt = clock.now();
        const webhook = { id: newId('wh', receivedAt), receivedAt, source: 'probe', body: JSON.stringify(alerts) };
        await parts.store({ webhook: { ...webhook, alerts: alerts.length, rejected: null, faults: [] }, alerts });
      },
      isLeader: () => leader,
      knownFiring: async () =>
        (await firingOf(db, 'probe')).map(
          (episode): Alert => ({ ...episode, severity: parseSeverity(episode.labels.severity), note: null }),
        ),
      seen: (probe, { result }) => metrics.probes.inc({ probe: probe.name, result }),
      failed: (error) => log.error({ err: error }, 'a probe could not tell what it saw'),
    },
    stopped.signal,
  );
  return {
    async stop() {
      stopped.abort();
      await Promise.all([leading, looking]);
    },
  };

  async function lead(): Promise<void> {
    while (!stopped.signal.aborted) {
      leader = await holdLease(db, LEASE, replica, clock.now(), LEASE_TTL).catch(() => false);
      await clock.sleep(LEASE_TTL / 3, stopped.signal).catch(() => undefined);
    }
  }
}
