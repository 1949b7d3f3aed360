import { formatDuration } from '../domain/duration.ts';
import { noteIn } from '../domain/note.ts';
import type { Millis, Time } from '../domain/time.ts';
import { place } from '../notify/say/headline.ts';
import type { AlertView } from '../notify/view.ts';
import { actionsSection } from './actions.ts';
import { evidenceSection } from './evidence.ts';
import { causeSection, impactSection, lessonsSection, resolutionSection } from './judgement.ts';
import { code, text } from './markdown.ts';
import { stamp } from './say-when.ts';
import { gradeOf, type Summary, summaryOf } from './summary.ts';
import { timelineSection } from './timeline.ts';
import { triedSection } from './tried.ts';
import type { ReportView } from './view.ts';

/**
 * The report of an incident as markdown, in the template of the runbooks. Pure, and written from what the timeline holds. What
 * only a person can know is a marked gap. Whatever the incident holds, the result is of bounded length, says what it left
 * out, and no word of a stranger in it is more than a word.
 */
export function writeReport(view: ReportView, now: Time): string {
  const { incident } = view;
  const sections = [
    [`# Incident Report: ${text(incident.id, 80)}`, '', `${text(subjectOf(view), 300)}.`],
    summarySection(view, summaryOf(view, now)),
    timelineSection(view),
    triedSection(view),
    evidenceSection(view),
    causeSection(view),
    impactSection(view, now),
    resolutionSection(view),
    actionsSection(view),
    lessonsSection(view),
    [`Written by remedyd at ${stamp(now)}${incident.endedAt === null ? ', while the incident is open' : ''}.`],
  ];
  return `${sections.map((lines) => lines.join('\n').trimEnd()).join('\n\n')}\n`;
}

function subjectOf({ incident, alertNames, rule }: ReportView): string {
  const [first, ...others] = alertNames;
  const more = others.length === 0 ? '' : ` and ${others.length} more kinds of alert`;
  const what = `${first?.name ?? incident.rule}${more} on ${place(incident.target)}`;
  return rule?.description == null ? what : `${what}. ${rule.description.replace(/[.\s]+$/, '')}`;
}

function summarySection(view: ReportView, summary: Summary): readonly string[] {
  const { incident, rule, runbook, statusUrl, postMortemDueAt, timeline } = view;
  const figure = gradeOf(incident.severity);
  const written = timeline.flatMap((entry) => noteIn(entry) ?? []).findLast(({ about }) => about === 'post-mortem');
  const facts: readonly (readonly [string, string | null])[] = [
    ['Severity', `${summary.grade} (P${figure}, ${incident.severity})`],
    ['Status', `${summary.status} (${code(incident.state, 30)})`],
    ['Start Time', stamp(summary.openedAt)],
    ['End Time', summary.endedAt === null ? 'still open' : stamp(summary.endedAt)],
    ['Duration', `${formatDuration(summary.duration)}${summary.endedAt === null ? ' so far' : ''}`],
    ['Affected Services', servicesOf(view)],
    [
      'Rule',
      rule === null
        ? `${code(incident.rule, 100)}, which is not in force any more or never was`
        : code(incident.rule, 100),
    ],
    [
      'Who had it',
      summary.had.length === 0
        ? 'nobody took it'
        : summary.had
            .slice(0, 20)
            .map((one) => text(one, 60))
            .join(', then '),
    ],
    ['To the first step', length(summary.toFirstStep, 'nothing was run')],
    ['To a person', length(summary.toPerson, 'nobody was called')],
    ['To the acknowledgement', length(summary.toAcknowledgement, 'nobody acknowledged it')],
    ['To heal', length(summary.toHeal, summary.endedAt === null ? 'not healed yet' : 'it ended otherwise')],
    [
      'Post-mortem',
      written !== undefined
        ? `${text(written.text, 500)} – ${text(written.by, 60)}`
        : postMortemDueAt === null
          ? null
          : `due by ${stamp(postMortemDueAt)}`,
    ],
    ['Runbook', runbook && code(runbook, 650)],
    ['Everything about it', statusUrl && code(statusUrl, 650)],
  ];
  return ['## Summary', '', ...facts.flatMap(([name, value]) => (value === null ? [] : [`- **${name}:** ${value}`]))];
}

function length(ms: Millis | null, none: string): string {
  return ms === null ? none : formatDuration(ms);
}

/** Labels that name what an alert is about, as monitoring systems call them. */
const SERVICE_LABELS = ['service', 'service_name', 'service.name', 'job', 'container', 'queue'];

const SERVICES = 10;

/** The target, and the services that the alerts name. */
function servicesOf({ incident, alerts }: ReportView): string {
  const named = alerts.flatMap(({ labels }: AlertView) => SERVICE_LABELS.flatMap((label) => labels[label] ?? []));
  const all = [...new Set([place(incident.target), ...named])];
  const left = all.length - SERVICES;
  return `${all
    .slice(0, SERVICES)
    .map((one) => code(one, 100))
    .join(', ')}${left > 0 ? ` and ${left} more` : ''}`;
}
