import { noteIn } from '../domain/note.ts';
import type { Reason } from '../domain/reason.ts';
import { place } from '../notify/say/headline.ts';
import { heldBack } from '../notify/say/held-back.ts';
import { code, text } from './markdown.ts';
import { stamp } from './say-when.ts';
import type { ReportView } from './view.ts';

const MOST = 30;

/** What follows from why a person was needed, for working hours. */
const BY_REASON: Readonly<Partial<Record<Reason, string>>> = {
  unmatched: 'Write a rule for this alert, or say in `unmatched` that it needs none.',
  'ambiguous-rules': 'Give one of the two rules that claim this alert a higher priority.',
  'match-error': 'Look at the error in the timeline: the rules could not be matched.',
  'params-invalid': 'Correct the labels of the alert, or the rule that reads them.',
  'remediation-missing': 'Correct the rule: it names a remediation that is gone.',
  'guards-blind': 'Look at what the guardrails could not read: the timeline names it.',
  'approval-expired': 'Find out why nobody answered the request for approval.',
};

/** What is left to be done, as boxes to tick: what people noted, and what remedyd knows to be open. */
export function actionsSection(view: ReportView): readonly string[] {
  const { timeline, incident } = view;
  const noted = timeline
    .flatMap((entry) => noteIn(entry) ?? [])
    .filter(({ about }) => about === 'todo')
    .map(({ text: said, by }) => `${text(said, 500)} – ${text(by, 60)}`);
  const all = [...new Set([...fromHistory(view), ...fromRuns(view), ...noted])];
  const left = all.length - MOST;
  return [
    '## Action Items',
    '',
    ...all.slice(0, MOST).map((item) => `- [ ] ${item}`),
    ...(left > 0 ? [`- [ ] … and ${left} more: the timeline has them.`] : []),
    ...(noted.length > 0
      ? []
      : [
          ...(all.length > 0 ? [''] : []),
          `> **To fill in:** what is to be done, by whom and until when. \`/remedyd note ${incident.id} todo: …\` puts it here.`,
        ]),
  ];
}

function fromRuns({ runs }: ReportView): readonly string[] {
  return runs.flatMap(({ id, remediation, outcome, steps }) => {
    const name = `${code(remediation, 100)} (run ${code(id, 60)})`;
    const cut = steps.filter(({ phase }) => phase === 'begun').map(({ name: step }) => code(step, 80));
    const stuck = steps.filter(({ phase }) => phase === 'undo-failed').map(({ name: step }) => code(step, 80));
    return [
      ...(outcome === 'unknown' && stuck.length === 0
        ? [
            `Look whether ${cut.length === 0 ? 'the last step' : cut.join(', ')} of ${name} took effect: nobody can tell.`,
          ]
        : []),
      ...stuck.map((step) => `Put back by hand what ${step} of ${name} changed: putting it back failed.`),
      ...(outcome === 'worse' ? [`Find out whether ${name} broke something else: new alerts came after it.`] : []),
      ...(outcome === 'ineffective' ? [`Find out why ${name} did not help, before it runs again.`] : []),
    ];
  });
}

function fromHistory(view: ReportView): readonly string[] {
  const { incident, timeline, brokenAt, debt, postMortemDueAt } = view;
  const untold = new Map(
    timeline.filter(({ type }) => type === 'untold').map((entry) => [String(entry.data.channel ?? ''), entry] as const),
  );
  const held = heldBack(view);
  const reasons = new Set(timeline.flatMap(({ reason }) => reason ?? []));
  const hasNote = timeline.some((entry) => noteIn(entry)?.about === 'post-mortem');
  return [
    ...(brokenAt === null ? [] : [`Find out who changed the timeline: its chain breaks at entry ${brokenAt}.`]),
    ...(postMortemDueAt === null || hasNote
      ? []
      : [
          `Write the post-mortem by ${stamp(postMortemDueAt)}; \`/remedyd note ${incident.id} post-mortem: …\` says where it is.`,
        ]),
    ...(debt === null && incident.recurrenceOf === null
      ? []
      : [
          `Remove the cause on ${text(place(incident.target), 150)}: it comes back, and is only healed again each time.`,
        ]),
    ...[...untold.values()].map((entry) => `See that the next message arrives: ${text(entry.summary, 300)}.`),
    ...(held === null
      ? []
      : [`Judge whether remedyd should have been held back: ${text(held.change, 300)} would have let it act.`]),
    ...[...reasons].flatMap((reason) => BY_REASON[reason] ?? []),
  ];
}
