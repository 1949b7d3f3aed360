import { formatDuration } from '../../domain/duration.ts';
import type { Outcome } from '../../domain/outcome.ts';
import type { Time } from '../../domain/time.ts';
import type { TriedRun } from '../message.ts';
import type { RunView, StepView } from '../view.ts';
import { cleanLine, plain } from './clean.ts';
import { when } from './when.ts';

/** What came of a run, for people. */
export const OUTCOMES: Readonly<Record<Outcome, string>> = {
  noop: 'found nothing to do',
  applied: 'carried out, still being checked',
  cleared: 'carried out, the alert is gone, still being watched',
  held: 'helped',
  recurred: 'helped at first, then the trouble came back',
  ineffective: 'carried out, did not help',
  worse: 'carried out, and new alerts came up',
  failed: 'failed, and was put back where possible',
  unknown: 'broke off half way; whether it took effect is not known',
  stopped: 'stopped before it changed anything',
  dry: 'rehearsed only, nothing was changed',
};

/** How far a step got, for people. */
export const PHASES: Readonly<Record<StepView['phase'], string>> = {
  begun: 'begun, no end recorded',
  ended: 'done',
  failed: 'failed',
  told: 'not done, only told',
  'undo-begun': 'being put back, no end recorded',
  undone: 'done, then put back',
  'undo-failed': 'done; putting it back failed',
};

/** One run as a person wants it told: what it does, what came of it, and how far it got. */
export function tried(run: RunView, now: Time): TriedRun {
  const outcome = run.outcome === null ? 'still running' : OUTCOMES[run.outcome];
  const took =
    run.startedAt === null || run.endedAt === null ? '' : `, after ${formatDuration(run.endedAt - run.startedAt)}`;
  const begun = run.startedAt === null ? '' : ` (begun ${when(run.startedAt, now)})`;
  const { id, remediation, startedAt, endedAt } = run;
  return {
    id,
    remediation: cleanLine(remediation, 100),
    outcome: run.outcome,
    startedAt,
    endedAt,
    line: `${cleanLine(remediation, 100)}: ${outcome}${took}${begun}`,
    steps: run.steps.slice(0, 30).map((one) => step(one, run.outcome === null)),
  };
}

/** As much of a result as helps to follow; the evidence has more of it. */
const RESULT = 160;

function step({ name, phase, result, error }: StepView, running: boolean): string {
  const more = error === null ? plain(result, RESULT) : cleanLine(error, 500);
  const how = running && phase === 'begun' ? 'under way' : PHASES[phase];
  return `${cleanLine(name, 80)}: ${how}${more === '' ? '' : `. ${more}`}`;
}
