import { formatDuration } from '../domain/duration.ts';
import { hasEnded } from '../domain/incident.ts';
import { REASONS } from '../domain/reason.ts';
import type { Time } from '../domain/time.ts';
import { place } from '../notify/say/headline.ts';
import { OUTCOMES } from '../notify/say/tried.ts';
import { code, text } from './markdown.ts';
import { gap, notedAbout } from './notes.ts';
import { stamp } from './say-when.ts';
import { summaryOf } from './summary.ts';
import type { ReportView } from './view.ts';

/** Why it happened: what people noted, and what remedyd knows of it coming back. */
export function causeSection(view: ReportView): readonly string[] {
  const { incident, debt, cameBackAs } = view;
  const noted = notedAbout(view, 'cause');
  const known = [
    ...(incident.recurrenceOf === null
      ? []
      : [
          `- It came back: ${code(incident.recurrenceOf, 60)} was the same trouble and had been healed shortly before.`,
        ]),
    ...(cameBackAs === null ? [] : [`- It came back after this: ${code(cameBackAs, 60)} is the same trouble.`]),
    ...(debt === null
      ? []
      : [
          `- This rule healed ${text(place(incident.target), 150)} ${debt.heals} times within ${formatDuration(debt.within)}. The repair hides a cause that nobody has removed.`,
        ]),
  ];
  const missing = gap('what caused it, and how that is known. remedyd does not know.', incident.id, 'cause');
  return ['## Root Cause', '', ...known, ...noted, ...(noted.length > 0 ? [] : separated(known, missing))];
}

/** Whom it hurt: what remedyd counted, and a place for the rest. */
export function impactSection(view: ReportView, now: Time): readonly string[] {
  const { incident, alertCount } = view;
  const { duration } = summaryOf(view, now);
  const noted = notedAbout(view, 'impact');
  const known = [
    `- ${text(place(incident.target), 150)} was in trouble for ${formatDuration(duration)}${hasEnded(incident) ? '' : ' so far'}, as far as ${alertCount === 1 ? 'its alert tells' : `its ${alertCount} alerts tell`}.`,
  ];
  const missing = gap(
    'who or what was affected, and how many: users, records, money, promises.',
    incident.id,
    'impact',
  );
  return ['## Impact', '', ...known, ...noted, ...(noted.length > 0 ? [] : separated(known, missing))];
}

/** What ended it. */
export function resolutionSection(view: ReportView): readonly string[] {
  const { incident, runs } = view;
  const noted = notedAbout(view, 'fix');
  const helped = runs.findLast(({ outcome }) => outcome === 'held');
  const known = [
    hasEnded(incident)
      ? `- It ended at ${incident.endedAt === null ? 'an unknown time' : stamp(incident.endedAt)} (${code(incident.reason, 40)}): ${REASONS[incident.reason]}`
      : `- It is open (${code(incident.reason, 40)}): ${REASONS[incident.reason]}`,
    ...(helped === undefined ? [] : [`- ${code(helped.remediation, 100)} ${OUTCOMES.held}.`]),
  ];
  // What healed by itself is told above; only what a person did is missing.
  const missing =
    incident.state === 'healed' && helped !== undefined && incident.ackedBy === null
      ? []
      : separated(known, gap('what people did to end it.', incident.id, 'fix'));
  return ['## Resolution', '', ...known, ...noted, ...(noted.length > 0 ? [] : missing)];
}

/** What is to be learned of it. */
export function lessonsSection(view: ReportView): readonly string[] {
  const noted = notedAbout(view, 'lesson');
  const missing = gap('what was learned, and how it is kept from coming back.', view.incident.id, 'lesson');
  return ['## Lessons Learned', '', ...(noted.length > 0 ? noted : [missing])];
}

/** A quotation right behind a list would be read as a part of it. */
function separated(before: readonly string[], line: string): readonly string[] {
  return before.length === 0 ? [line] : ['', line];
}
