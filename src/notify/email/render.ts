import type { Message } from '../message.ts';
import { cut } from '../say/clean.ts';
import { clockTime } from '../say/when.ts';

/** Phones show the beginning of a subject; more than this no mail client shows at all. */
const SUBJECT = 200;

const LINE = 2_000;
const LINES = 60;
const SECTION = 12_000;
const WHOLE = 60_000;

export interface Rendered {
  readonly subject: string;
  readonly text: string;
}

/** A message as a plain text that reads well on a phone: what matters first, machines' words last. */
export function render(message: Message): Rendered {
  const { headline, notes, broke, now, why, approval, next, tried, seen, topic } = message;
  const plan = approval === null ? [] : [`${approval.remediation} (risk: ${approval.risk})`, ...approval.plan];
  const told = tried.flatMap(({ line, steps }) => [line, ...steps.map((step) => `  ${step}`)]);
  const parts = [
    oneLine(headline),
    section(
      null,
      notes.map((note) => `Note: ${note}`),
    ),
    section('WHAT BROKE', topic === 'end' ? [] : broke),
    section('NOW', [now, `Why: ${why}`]),
    section('THE PLAN', plan),
    section(
      'WHAT TO DO NEXT',
      next.map((line, index) => `${index + 1}. ${line}`),
    ),
    section('WHAT WAS TRIED', told.length === 0 ? ['Nothing.'] : told),
    section('WHAT WAS SEEN', seen.toReversed()),
    section('ALERTS', alertLines(message)),
    footer(message),
  ];
  return {
    subject: cut(oneLine(headline), SUBJECT),
    text: `${cut(parts.filter((part) => part !== '').join('\n\n'), WHOLE)}\n`,
  };
}

function section(title: string | null, lines: readonly string[]): string {
  const shown = lines.slice(0, LINES).map((line) => cut(line.trimEnd(), LINE));
  if (shown.every((line) => line === '')) return '';
  const more = lines.length > shown.length ? [`… and ${lines.length - shown.length} more`] : [];
  return [...(title === null ? [] : [title]), cut([...shown, ...more].join('\n'), SECTION)].join('\n');
}

function alertLines({ alerts, moreAlerts }: Message): readonly string[] {
  const listed = alerts.map(({ name, status, labels, moreLabels }) => {
    const pairs = Object.entries(labels).map(([label, value]) => `${label}=${oneLine(value)}`);
    return `${name} ${status}: ${[...pairs, ...(moreLabels > 0 ? [`and ${moreLabels} more labels`] : [])].join(', ')}`;
  });
  return moreAlerts > 0 ? [...listed, `and ${moreAlerts} more alerts`] : listed;
}

function footer({ incident, at, runbook, statusUrl, next }: Message): string {
  return [
    ...(runbook === null || next.some((line) => line.endsWith(runbook)) ? [] : [`Runbook: ${cut(runbook, 700)}`]),
    statusUrl === null
      ? `Everything about it: remedyd report ${incident.id}`
      : `Everything about it: ${cut(statusUrl, 700)}`,
    cut(`Incident ${incident.id}, rule ${incident.rule}, opened ${clockTime(incident.openedAt, at)}.`, LINE),
  ].join('\n');
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
