import { type Millis, toIso } from '../../domain/time.ts';
import { MOST_SICK, OLDEST_POPULATION } from './blast-radius.ts';
import type { CanaryState } from './counted.ts';
import { type Guard, no, yes } from './guard.ts';

const RECHECK: Millis = 15_000;

/** What a canary saw longer ago says nothing about now. */
const OLDEST_LOOK: Millis = 30_000;

/**
 * The first targets of a rule are mended one by one. Before the next one it is time to look up: if many of their kind are
 * sick the cause lies elsewhere, and if we cannot reach our own surroundings it may lie with us. That Postgres is there
 * needs no canary: without it nobody asks.
 */
export const commonCause: Guard = {
  name: 'common-cause',
  ask({ rule, remediation, target, limits, now }, { openings, sick, populations, canaries }) {
    const { commonCause: limit } = limits;
    if (limit === undefined) return yes({});
    const opened = openings.get(rule);
    const known = sick.get(target.kind);
    if (opened === undefined || known === undefined)
      throw new Error(`Nobody has counted what the rule '${rule}' opened`);
    const { after, within: withinMs, peersPercent: percent } = limit;
    const recent = new Set(opened.list.filter(({ at }) => at > now - withinMs).map((one) => one.target)).size;
    const numbers = { recent, after, withinMs };
    if (recent <= after) return yes(numbers);
    const blind = canaries.filter((one) => !one.ok || one.at === null || now - one.at > OLDEST_LOOK);
    if (blind.length > 0)
      return no('isolated', now + RECHECK, { ...numbers, canaries: canaries.length, failing: blind.map(say) });
    const population = populations.get(remediation);
    const count = population !== undefined && now - population.at <= OLDEST_POPULATION ? population.count : 0;
    const share = { ...numbers, sick: known.size, population: count, percent };
    if (count <= 0) return no('population-unknown', now + RECHECK, share);
    const tooMany = known.size > MOST_SICK || known.size * 100 >= count * percent;
    return tooMany ? no('common-cause', now + RECHECK, share) : yes(share);
  },
};

function say({ name, why, at }: CanaryState) {
  return { name, why, at: at === null ? null : toIso(at) };
}
