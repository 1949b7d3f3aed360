import type { z } from 'zod';
import type { Labels, Target } from '../domain/alert.ts';
import { parseDuration } from '../domain/duration.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import type { Clock, Time } from '../domain/time.ts';
import type { Settings, Tools } from './tools.ts';

/** How much a wrong run can hurt. A rule may ask for more caution, never for less; `high` always asks a person. */
export type Risk = 'observe' | 'low' | 'medium' | 'high';

/** A duration as text (`30s`, `5m`), read when the remediation is loaded. */
export type DurationText = string;

/** What a step, a probe or a lookup is given. */
export interface StepContext<P> {
  readonly params: P;
  readonly target: Target;
  readonly tools: Tools;
  readonly settings: Settings;
  readonly clock: Clock;
  /** Aborts when the step's time is up, the lease is lost or the service stops for good. */
  readonly signal: AbortSignal;
  /** A person has approved this very run, plan and all. What a remediation refuses by itself it may do then. */
  readonly approved: boolean;
  /** Names this step of this run for APIs that take an idempotency key; the same after a crash. */
  readonly idempotencyKey: string;
  /** What an earlier step of this run returned, as it stands in the journal. @throws where that step has not ended. */
  result<R extends Json>(step: Step<P, R>): R;
  /** Asks again and again until true; the step's timeout ends it. */
  until(every: DurationText, check: () => Promise<boolean>): Promise<void>;
  /** Ends the run: there is nothing to do, for this reason. Never counts as success. */
  noop(why: string): never;
  /** Ends the run: a person is needed. `why` and the instructions go with the page. */
  handOver(why: string): never;
  /** Ends the run before it changed anything: it must wait until then, and is decided again. */
  waitUntil(until: Time, why: string): never;
}

/**
 * What to do with a step that the journal shows begun and not ended, that is, with a crash in the middle of it.
 *
 * - `safe`: run it again; twice is the same as once.
 * - `ask`: look at the world first; `landed` answers with the step's result if the work is done, undefined if it must be done.
 * - `never`: nobody can tell; stop and hand the incident to a person as `unknown`.
 */
export type Repeat<P, R extends Json> =
  | { readonly repeat: 'safe' }
  | { readonly repeat: 'ask'; landed(ctx: StepContext<P>): Promise<R | undefined> }
  | { readonly repeat: 'never' };

export type Step<P, R extends Json = Json> = {
  readonly name: string;
  /** `reads` also runs in a rehearsal; `changes` is only told there. */
  readonly effect: 'reads' | 'changes';
  readonly timeout: DurationText;
  run(ctx: StepContext<P>): Promise<R>;
  /**
   * Puts back what `run` changed; called last to first when a later step fails, and for the failed step itself, whose
   * result is then undefined. It must bear being called twice.
   */
  undo?(ctx: StepContext<P>, result: R | undefined): Promise<void>;
} & Repeat<P, R>;

/** What a count of the population is given: it belongs to no run. */
export type PopulationContext = Pick<StepContext<unknown>, 'tools' | 'settings' | 'clock' | 'signal'>;

export interface Verification<P> {
  /** How long the world gets to become healthy. */
  readonly within: DurationText;
  readonly every: DurationText;
  /** How long it must stay healthy, and the alert gone, before it is believed. */
  readonly holdFor: DurationText;
  /** Looks, never changes. The evidence travels with the page. */
  probe(ctx: StepContext<P>): Promise<{ readonly healthy: boolean; readonly evidence: JsonObject }>;
}

export interface Remediation<S extends z.ZodObject = z.ZodObject> {
  /** One sentence for people: it stands in pages and approvals. */
  readonly summary: string;
  readonly risk: Risk;
  readonly params: S;
  /** The part of the config's `settings` that it reads, checked at start: a mistake there must not show at night. */
  readonly settings?: z.ZodType;
  /** Tools it uses: built-in ones and APIs by their name in the config. Missing ones stop the start. */
  readonly needs: readonly string[];
  target(params: z.output<S>): Target;
  /**
   * How many things of the target's kind there are, for rules that limit their blast radius to a percentage. It only looks,
   * and is asked at most once a minute.
   */
  population?(ctx: PopulationContext): Promise<number>;
  /**
   * What a run left behind that is meant for bad times only, as labels for the all-clear of its rule; null where it left
   * nothing. Without it every run that was carried out has. It reads what the steps returned, and nothing else.
   */
  leaves?(ctx: Pick<StepContext<z.output<S>>, 'params' | 'settings' | 'result'>): Labels | null;
  // The results differ from step to step; `ctx.result(step)` gives each its own type back.
  // biome-ignore lint/suspicious/noExplicitAny: a list of steps with different results has no other type
  readonly steps: readonly Step<z.output<S>, any>[];
  readonly verify: Verification<z.output<S>>;
}

/** A step maker that knows the parameters, so that no step has to spell their type. */
export function stepsFor<S extends z.ZodObject>(_params: S) {
  return <R extends Json>(step: Step<z.output<S>, R>): Step<z.output<S>, R> => step;
}

/** Declared remediations carry this, so that the registry knows one from any other default export. */
const DECLARED = Symbol.for('remedyd.remediation');

/**
 * Declares a remediation. Its name is its path under `remediations/`.
 *
 * @throws Error where it has no steps, changes something of medium or high risk before it has looked, two steps of one name, a duration that cannot be read, or parameters that would
 *   let unknown ones pass.
 */
export function defineRemediation<S extends z.ZodObject>(remediation: Remediation<S>): Remediation<S> {
  const names = remediation.steps.map((step) => step.name);
  if (names.length === 0) throw new Error('A remediation needs at least one step');
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new Error(`Two steps are named '${twice}': the journal is keyed by name`);
  const [first] = remediation.steps;
  if ((remediation.risk === 'medium' || remediation.risk === 'high') && first?.effect !== 'reads') {
    throw new Error(
      `A remediation of ${remediation.risk} risk begins with a step that reads: its evidence is captured before anything changes, and where that fails nothing is changed`,
    );
  }
  const { within, every, holdFor } = remediation.verify;
  for (const text of [within, every, holdFor, ...remediation.steps.map((step) => step.timeout)]) parseDuration(text);
  if (!isStrict(remediation.params)) {
    throw new Error('Its params let unknown parameters pass; declare them with z.strictObject');
  }
  return Object.freeze(Object.assign({ [DECLARED]: true }, remediation));
}

export function isRemediation(value: unknown): value is Remediation {
  return typeof value === 'object' && value !== null && DECLARED in value;
}

/** An object schema that refuses what it does not know has `never` for everything else. */
function isStrict(params: z.ZodObject): boolean {
  return params.def.catchall?._zod.def.type === 'never';
}
