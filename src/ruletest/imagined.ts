import { targetKey } from '../domain/alert.ts';
import type { World } from '../engine/world.ts';
import type { Remediation } from '../remediation/define.ts';
import { endFor } from './ends.ts';
import type { WrittenEnd, WrittenStep } from './schema.ts';

/** The world as a test imagines it: what runs come to, and what probes see, until it says otherwise. */
export interface Imagined extends World {
  /** What a step of the test says about the world. */
  set(step: Pick<WrittenStep, 'population' | 'probe' | 'run'>): void;
}

/** As many as are sick are few of so many. */
const POPULATION = 100;

const APPLIED: WrittenEnd = { ends: 'applied', takes: 10_000, wait: 300_000 };

export function imagine(remediations: ReadonlyMap<string, Remediation>): Imagined {
  let population = POPULATION;
  const ends = new Map<string | undefined, WrittenEnd>();
  /** What was said last comes first. */
  let probes: readonly Extract<NonNullable<WrittenStep['probe']>, object>[] = [];

  return {
    set(step) {
      population = step.population ?? population;
      if (step.run !== undefined) {
        const end = typeof step.run === 'string' ? { ...APPLIED, ends: step.run } : step.run;
        // What is said of all runs is meant for those that were spoken of before, too.
        if (end.of === undefined) ends.clear();
        ends.set(end.of, end);
      }
      if (step.probe !== undefined)
        probes = [typeof step.probe === 'string' ? { is: step.probe } : step.probe, ...probes];
    },
    carryOut(run, now) {
      const { ends: word, takes, wait } = ends.get(run.remediation) ?? ends.get(undefined) ?? APPLIED;
      const steps = remediations.get(run.remediation)?.steps ?? [];
      const step = (steps.find(({ effect }) => effect === 'changes') ?? steps[0])?.name ?? '';
      return { end: endFor(word, step, wait, now + takes), takes };
    },
    probe(run) {
      const said = probes.find(
        ({ of, target }) =>
          (of === undefined || of === run.remediation) && (target === undefined || target === targetKey(run.target)),
      );
      return { healthy: said?.is !== 'sick', evidence: {} };
    },
    populations: (now) => new Map([...remediations.keys()].map((name) => [name, { count: population, at: now }])),
  };
}
