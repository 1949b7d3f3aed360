import { formatDuration } from '../domain/duration.ts';
import { plain } from '../notify/say/clean.ts';
import { OUTCOMES, PHASES } from '../notify/say/tried.ts';
import type { RunView, StepView } from '../notify/view.ts';
import { code, table, text } from './markdown.ts';
import { stamp } from './say-when.ts';
import type { ReportView } from './view.ts';

const RUNS = 15;
const STEPS = 30;

/** What was run, step by step, and what came of it. */
export function triedSection({ runs, incident }: ReportView): readonly string[] {
  const shown = runs.slice(-RUNS);
  const left = runs.length - shown.length;
  return [
    '## What was tried',
    '',
    ...(runs.length === 0 ? ['remedyd ran nothing.'] : []),
    ...(left > 0
      ? [`${left} earlier runs are left out: \`remedyd report ${incident.id} --json\` has them all.`, '']
      : []),
    ...shown.flatMap((run, index) => [...(index === 0 ? [] : ['']), ...told(run, left + index + 1)]),
  ];
}

function told(run: RunView, number: number): readonly string[] {
  const { id, remediation, summary, outcome, why, startedAt, endedAt, steps } = run;
  const took = startedAt === null || endedAt === null ? '' : `, after ${formatDuration(endedAt - startedAt)}`;
  const left = steps.length - STEPS;
  return [
    `### ${number}. ${code(remediation, 100)}`,
    '',
    ...(summary === null ? [] : [text(summary, 500), '']),
    `- **Outcome:** ${outcome === null ? 'still under way' : OUTCOMES[outcome]}${took}`,
    ...(startedAt === null ? [] : [`- **Begun:** ${stamp(startedAt)}`]),
    ...(why === null ? [] : [`- **Why it ended so:** ${text(why, 700)}`]),
    `- **Run:** ${code(id, 60)}`,
    '',
    ...table(
      ['Step', 'What came of it'],
      steps.slice(0, STEPS).map((step) => [code(step.name, 80), text(sayStep(step, outcome === null), 600)]),
    ),
    ...(left > 0 ? ['', `${left} more steps are left out.`] : []),
  ];
}

function sayStep({ phase, result, error }: StepView, isRunning: boolean): string {
  const how = isRunning && phase === 'begun' ? 'under way' : PHASES[phase];
  const more = error ?? plain(result, 300);
  return more === '' ? how : `${how}. ${more}`;
}
