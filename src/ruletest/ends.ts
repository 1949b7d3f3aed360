import type { Millis, Time } from '../domain/time.ts';
import type { Carried } from '../engine/world.ts';

/** What a test may say that the steps of a run come to. */
export const ENDS = ['applied', 'noop', 'failed', 'undo-failed', 'unknown', 'handed-over', 'stopped', 'wait'] as const;

export type EndWord = (typeof ENDS)[number];

const WHY = 'as the test says';

/**
 * The end of a run's steps in the engine's words.
 *
 * @param step the name of one of the remediation's steps, for the story
 */
export function endFor(word: EndWord, step: string, wait: Millis, now: Time): Carried['end'] {
  switch (word) {
    case 'applied':
      return { kind: 'applied' };
    case 'noop':
    case 'handed-over':
      return { kind: word, step, why: WHY };
    case 'failed':
      return { kind: 'failed', step, why: WHY, undone: [] };
    case 'undo-failed':
      return { kind: 'undo-failed', step, why: WHY };
    case 'unknown':
      return { kind: 'unknown', step };
    case 'stopped':
      return { kind: 'stopped', step, reason: 'alert-gone', why: WHY };
    case 'wait':
      return { kind: 'wait', step, why: WHY, until: now + wait };
  }
}
