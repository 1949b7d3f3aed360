import type { Incident } from '../../src/domain/incident.ts';
import type { Time } from '../../src/domain/time.ts';
import type { Rule } from '../../src/rules/rule.ts';
import type { NewRun } from '../../src/store/runs.ts';
import type { CallKind } from './remediations.ts';

/** One call that a step makes on the world. */
export interface Sent {
  readonly runId: string;
  readonly step: string;
  readonly kind: CallKind;
  readonly fence: number;
  /** Its executor had been told before that the run is lost or the service ends. */
  readonly knewBetter: boolean;
}

/** Told of everything that a property has to judge at the moment when it happens. */
export interface Witness {
  /** A delivery was answered 2xx. */
  acknowledged(message: number): void;
  /** About to be committed: nothing of it is stored yet. */
  admitting(run: NewRun, before: Incident, rule: Rule, populationKnown: boolean, now: Time): void;
  changed(before: Incident | null, after: Incident): void;
  lookBegins(runId: string, fence: number, now: Time): void;
  lookEnds(runId: string, fence: number, now: Time): void;
  written(runId: string, fence: number, step: string, phase: string): void;
  runEnds(runId: string, fence: number | null, outcome: string): void;
  sent(call: Sent): void;
}

/** A promise that did not hold. */
export class Broken extends Error {
  override readonly name = 'Broken';
  readonly promise: string;

  constructor(promise: string, what: string) {
    super(`${promise}: ${what}`);
    this.promise = promise;
  }
}
