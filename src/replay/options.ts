import { parseDuration } from '../domain/duration.ts';
import type { Millis } from '../domain/time.ts';
import { DIFFERENCES, type Difference } from './summary.ts';

/** How a replay is asked for on the command line, as it was typed. */
export interface Asked {
  readonly since: string;
  readonly population: string;
  readonly failOn?: string;
  /** The folder of other rules, and the other config. */
  readonly rules?: string;
  readonly config?: string;
}

/** The same, understood. */
export interface Wanted {
  readonly since: Millis;
  readonly population: number;
  /** A difference of one of these classes is a failure. */
  readonly failOn: ReadonlySet<Difference>;
}

const CLASSES = Object.keys(DIFFERENCES) as Difference[];

/** Understands what was typed, or says what is wrong with it and what to type. */
export function wantedOf({ since, population, failOn, rules, config }: Asked): Wanted | { readonly wrong: string } {
  const words = (failOn ?? '').split(',').map((word) => word.trim());
  const named = words.filter((word) => word !== '');
  if (failOn !== undefined && named.length === 0) return { wrong: `--fail-on names nothing; ${CHOICE}` };
  if (failOn !== undefined && rules === undefined && config === undefined)
    return {
      wrong: '--fail-on compares with something; name other rules with --rules, or another config with --config',
    };
  const unknown = named.filter((word) => word !== 'any' && !Object.hasOwn(DIFFERENCES, word));
  if (unknown.length > 0) return { wrong: `--fail-on knows no '${unknown.join("', '")}'; ${CHOICE}` };
  if (!/^[1-9]\d{0,6}$/.test(population))
    return { wrong: `--population is '${population}'; give a whole number, up to 9999999` };
  try {
    const read = parseDuration(since);
    if (read <= 0) return { wrong: '--since is nothing; give for example 30d' };
    return { since: read, population: Number(population), failOn: classesOf(named) };
  } catch (error) {
    return { wrong: `--since: ${error instanceof Error ? error.message : String(error)}` };
  }
}

const CHOICE = `use any, or some of ${CLASSES.join(', ')}`;

function classesOf(words: readonly string[]): ReadonlySet<Difference> {
  return new Set(words.includes('any') ? CLASSES : (words as Difference[]));
}
