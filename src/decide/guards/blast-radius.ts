import { type Millis, toIso } from '../../domain/time.ts';
import { type Answer, type Facts, type Guard, no, type Subject, yes } from './guard.ts';

const RECHECK = 15_000;

/** No more sick targets are read than this, and one more; a limit above it cannot be compared with anything. */
export const MOST_SICK = 10_000;

/** A number that is older says nothing about the fleet of now. */
export const OLDEST_POPULATION: Millis = 600_000;

/**
 * So many targets of one kind that are sick or worked on at once, by any rule. When more are, the cause lies elsewhere, or
 * is what we do; and the next one that is touched may be the last that works.
 */
export const blastRadius: Guard = {
  name: 'blast-radius',
  ask(subject, facts) {
    const { blastRadius: allowed } = subject.limits;
    if (allowed === undefined) return yes({});
    const { max, percent } = allowed;
    if (percent === null) return compare(subject, facts, max ?? 0, { max });
    const population = facts.populations.get(subject.remediation);
    const known = population !== undefined && subject.now - population.at <= OLDEST_POPULATION ? population.count : 0;
    const shares = {
      max,
      percent,
      population: population?.count ?? null,
      countedAt: population === undefined ? null : toIso(population.at),
    };
    if (known <= 0) return no('population-unknown', subject.now + RECHECK, shares);
    // Rounded to a millionth first: 20 % of 15 is 3, whatever binary fractions make of it.
    const share = Math.floor(Math.round(known * percent * 10_000) / 1_000_000);
    return compare(subject, facts, Math.min(share, max ?? share), shares);
  },
};

function compare({ target, now }: Subject, { runs, sick }: Facts, limit: number, numbers: object): Answer {
  const known = sick.get(target.kind);
  if (known === undefined) throw new Error(`Nobody has counted which targets of the kind '${target.kind}' are sick`);
  const touched = runs.filter((run) => run.endedAt === null && run.target.kind === target.kind);
  // The target itself counts, too.
  const more = new Set([target.id, ...touched.map((run) => run.target.id)].filter((id) => !known.has(id)));
  const counted = known.size + more.size;
  const all = { ...numbers, limit, counted, sick: known.size, inFlight: touched.length };
  return counted <= Math.min(limit, MOST_SICK) ? yes(all) : no('blast-radius', now + RECHECK, all);
}
