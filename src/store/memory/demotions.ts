import type { Time } from '../../domain/time.ts';
import type { Demotion } from '../demotions.ts';
import type { FactsLedger, RunLedger } from '../ledger.ts';

/** Demotions, in memory. */
export interface MemoryDemotions
  extends Pick<RunLedger, 'demote' | 'liftDemotion'>,
    Pick<FactsLedger, 'standingDemotions'> {
  /** When a person last promoted the rule again; since ever where nobody has. */
  promotedAt(rule: string): Time;
}

export function memoryDemotions(): MemoryDemotions {
  const standing = new Map<string, Demotion>();
  const promoted = new Map<string, Time>();
  return {
    async demote(demotion) {
      if (standing.has(demotion.rule)) return false;
      standing.set(demotion.rule, demotion);
      return true;
    },
    async liftDemotion(rule, _by, _why, now) {
      if (!standing.delete(rule)) return false;
      promoted.set(rule, now);
      return true;
    },
    standingDemotions: async () => [...standing.values()].sort((a, b) => a.since - b.since),
    promotedAt: (rule) => promoted.get(rule) ?? Number.NEGATIVE_INFINITY,
  };
}
