import fc from 'fast-check';
import { printStory } from './print.ts';
import { type Event, scripts } from './script.ts';
import type { Seams } from './seams.ts';
import { type Told, tellStory } from './story.ts';
import type { Broken } from './witness.ts';

/** What a run over many seeds came to. */
export interface Tally {
  readonly seeds: number;
  readonly events: number;
  /** The first seed whose story broke a promise; null where none did. */
  readonly failure: Failure | null;
}

export interface Failure {
  readonly seed: number;
  readonly broken: Broken;
}

/** The script that a seed stands for. The same seed gives the same script, and the same script the same story. */
export function scriptOf(seed: number): readonly Event[] {
  return fc.sample(scripts, { seed, numRuns: 1 })[0] ?? [];
}

/** Tells the story of each seed, from the first one on, until one breaks a promise. */
export async function tellSeeds(
  seams: Seams,
  first: number,
  count: number,
  progress: (tally: Tally) => void = () => undefined,
): Promise<Tally> {
  let events = 0;
  for (let seed = first; seed < first + count; seed += 1) {
    const told = await tellStory(scriptOf(seed), seams);
    events += told.events;
    const failure = told.broken === null ? null : { seed, broken: told.broken };
    const tally = { seeds: seed - first + 1, events, failure };
    progress(tally);
    if (failure !== null) return tally;
  }
  return { seeds: count, events, failure: null };
}

/** A story that still breaks a promise, without what it does not need for that. */
export interface Shrunk {
  readonly script: readonly Event[];
  readonly told: Told;
}

/** How long fast-check may look for a shorter story. */
const LONGEST = 120_000;

/** Has fast-check take away from the story of a seed whatever it does not need to break the same promise. */
export async function shrink(seams: Seams, seed: number, promise: string): Promise<Shrunk> {
  const breaks = async (script: readonly Event[]) => (await tellStory(script, seams)).broken?.promise === promise;
  const property = fc.asyncProperty(scripts, async (script) => !(await breaks(script)));
  const { counterexample } = await fc.check(property, { seed, numRuns: 1, interruptAfterTimeLimit: LONGEST });
  let script = counterexample?.[0] ?? scriptOf(seed);
  // What fast-check could only make smaller may not be needed at all.
  for (let i = script.length - 1; i >= 0; i -= 1) {
    const without = script.toSpliced(i, 1);
    if (await breaks(without)) script = without;
  }
  return { script, told: await tellStory(script, seams) };
}

/** The story of a failure, for people: what was done to the service, what happened then, and which promise broke. */
export function printShrunk({ script, told }: Shrunk): string {
  const events = script.map((event, i) => `${String(i + 1).padStart(4)}  ${JSON.stringify(event)}`);
  return ['What was done:', ...events, '', 'What happened:', printStory(told.lines), '', told.broken?.message].join(
    '\n',
  );
}
