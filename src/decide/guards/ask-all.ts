import type { JsonObject } from '../../domain/json.ts';
import type { Reason } from '../../domain/reason.ts';
import type { Time } from '../../domain/time.ts';
import { backoff } from './backoff.ts';
import { blastRadius } from './blast-radius.ts';
import { breaker } from './breaker.ts';
import { budget } from './budget.ts';
import { commonCause } from './common-cause.ts';
import { concurrency } from './concurrency.ts';
import { cooldown } from './cooldown.ts';
import { dependency } from './dependency.ts';
import { flapping } from './flapping.ts';
import { globalLimits } from './global-limits.ts';
import { type Answer, type Facts, type Guard, no, type Subject } from './guard.ts';
import { lease } from './lease.ts';
import { maintenance } from './maintenance.ts';
import { pause } from './pause.ts';
import { population } from './population.ts';
import { storm } from './storm.ts';
import { window } from './window.ts';

/** Every guardrail, in the order in which their answers count. Another one is a file in this folder and a line here. */
export const GUARDS: readonly Guard[] = [
  pause,
  maintenance,
  window,
  dependency,
  storm,
  commonCause,
  flapping,
  lease,
  cooldown,
  budget,
  concurrency,
  population,
  blastRadius,
  breaker,
  backoff,
  globalLimits,
];

/** How soon a guardrail that could not answer is asked again. */
const RECHECK = 30_000;

export interface Refusal {
  readonly guard: string;
  readonly reason: Reason;
  readonly until: Time;
  readonly numbers: JsonObject;
}

export interface Judgement {
  /** The first no; null where nobody objects. */
  readonly refusal: Refusal | null;
  /** Every answer with its numbers, for the timeline. */
  readonly answers: readonly JsonObject[];
}

/** Asks all guardrails, also after the first no, so that a person sees everything that stands in the way. */
export function askAll(subject: Subject, facts: Facts, guards: readonly Guard[] = GUARDS): Judgement {
  const answers = guards.map((guard) => ({ guard: guard.name, answer: askOne(guard, subject, facts) }));
  const first = answers.find(({ answer }) => !answer.ok);
  return {
    refusal:
      first === undefined || first.answer.ok
        ? null
        : { guard: first.guard, reason: first.answer.reason, until: first.answer.until, numbers: first.answer.numbers },
    answers: answers.map(({ guard, answer }) => ({
      guard,
      ok: answer.ok,
      reason: answer.ok ? null : answer.reason,
      numbers: answer.numbers,
    })),
  };
}

/** A guardrail that throws is a no: acting while blind is the worst that could be done. */
function askOne(guard: Guard, subject: Subject, facts: Facts): Answer {
  try {
    return guard.ask(subject, facts);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return no('guard-error', subject.now + RECHECK, { error: message });
  }
}
