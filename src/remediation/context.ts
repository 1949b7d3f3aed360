import type { Target } from '../domain/alert.ts';
import { parseDuration } from '../domain/duration.ts';
import type { Json } from '../domain/json.ts';
import type { Clock } from '../domain/time.ts';
import { RunControl } from './control.ts';
import type { StepContext } from './define.ts';
import type { Settings, Tools } from './tools.ts';

export interface ContextParts<P> {
  readonly params: P;
  readonly target: Target;
  readonly tools: Tools;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly idempotencyKey: string;
  /** False where nobody was asked. */
  readonly approved?: boolean;
  readonly results: ReadonlyMap<string, Json>;
}

/** Reads the results of ended steps. */
export function resultReader<P>(results: ReadonlyMap<string, Json>): StepContext<P>['result'] {
  return (step) => {
    if (!results.has(step.name)) throw new Error(`Step '${step.name}' has no result: it has not ended in this run`);
    return results.get(step.name) as never;
  };
}

/** What a step is given. The results are the journal's, so they are the same after a crash. */
export function stepContext<P>(parts: ContextParts<P>): StepContext<P> {
  const { results, clock, signal } = parts;
  return {
    ...parts,
    approved: parts.approved ?? false,
    result: resultReader(results),
    async until(every, check) {
      while (!(await check())) await clock.sleep(parseDuration(every), signal);
    },
    noop(why) {
      throw new RunControl('noop', why);
    },
    handOver(why) {
      throw new RunControl('hand-over', why);
    },
    waitUntil(until, why) {
      throw new RunControl('wait', why, until);
    },
  };
}
