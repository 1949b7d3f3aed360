import type { Topic } from '../../domain/event.ts';
import type { Reason } from '../../domain/reason.ts';
import type { Time } from '../../domain/time.ts';
import type { IncidentView } from '../view.ts';
import { cleanLine } from './clean.ts';
import { heldBack } from './held-back.ts';
import { toldByRun } from './told.ts';
import { when } from './when.ts';

/** The first thing to do for each cause of a page, where the cause itself tells. */
const FIRST: Readonly<Partial<Record<Reason, string>>> = {
  failed: 'Read the error of the failed step below; do by hand what it could not do.',
  'undo-failed': 'Look at the target first: a change was made and not put back.',
  unknown: 'Look whether the step that was cut off took effect. Only then repeat it.',
  ineffective: 'Do not simply repeat the repair. It ran to its end and the trouble stayed, so look for another cause.',
  recurred: 'Look for what breaks it again. The repair works, but only for a short time.',
  worse: 'Look at the new alerts first, and whether what the repair changed should be put back.',
  denied: 'Repair it by hand. If nothing needs to be done, take it and wait until the alert is gone.',
  'approval-expired': 'Decide whether the repair would be right, and do it by hand. Nothing was changed so far.',
  unmatched: 'Judge by the alert itself. Afterwards, write a rule for it.',
  'ambiguous-rules': 'Handle the alert by hand. Afterwards, give one of the two rules a higher priority.',
  'match-error': 'Handle the alert by hand. Afterwards, correct what the error names.',
  'params-invalid': 'Handle the alert by hand. Afterwards, correct its labels or the rule.',
  'remediation-missing': 'Handle the alert by hand. Afterwards, correct the rule: it names a repair that is gone.',
  'guards-blind': 'Handle it by hand. Afterwards, mend what the guardrails could not read.',
  'wait-requested': 'Judge whether it can wait as long as the repair asks for; if not, do it by hand.',
  'plan-stale': 'Look whether the repair is still right, and do it by hand.',
};

/** What the reader does next, in order. */
export function next(view: IncidentView, topic: Topic, runbook: string | null, now: Time): readonly string[] {
  const { incident, approval } = view;
  const steps = runbook === null ? [] : [`Follow the runbook: ${runbook}`];
  switch (topic) {
    case 'page': {
      const first = underWay(incident) ?? FIRST[incident.reason] ?? ownStep(view) ?? handedOver(view) ?? missed(view);
      return [
        `Say that you have it, so that nobody else is woken: remedyd ack ${incident.id}`,
        ...(first === undefined ? [] : [first]),
        ...steps,
        ...(incident.reason === 'own-alert'
          ? []
          : ['When the alert is resolved at its source, this incident ends by itself.']),
      ];
    }
    case 'ask':
    case 'count':
      return [
        ...(approval === null
          ? ['Approve or deny the repair.']
          : [
              `Approve or deny until ${when(approval.expiresAt, now)}. ${whoAnswers(approval.from, approval.needs)}`,
              'If nobody answers in time, the on-call person is paged.',
            ]),
        ...steps,
      ];
    case 'update':
      return incident.ackedBy === null && incident.state === 'escalated'
        ? [`Say that you have it, so that nobody else is woken: remedyd ack ${incident.id}`, ...steps]
        : ['Nothing is asked of you now.'];
    case 'end':
      return [
        incident.recurrenceOf !== null
          ? 'Nothing is left to do now. It came back once already: look for the cause in working hours.'
          : view.postMortemDueAt == null
            ? 'Nothing is left to do.'
            : 'Nothing is left to do now.',
        ...postMortem(view, now),
      ];
  }
}

/** What to do first about what remedyd says of itself, by the name of its alert. */
const OWN: Readonly<Record<string, string>> = {
  RuleStorm: 'Look for what they have in common. Each of them is listed by: remedyd status',
  CommonCause: 'Look for what they have in common. Each of them is listed by: remedyd status',
  SelfIsolated: 'Look at the host and the network of remedyd before you look at what it names.',
  'remedyd:emergency-stop': 'Heal by hand what has to be healed. When it is safe again: remedyd resume',
};

function ownStep({ incident, alerts }: IncidentView): string | undefined {
  const name = alerts[0]?.name ?? '';
  return incident.reason === 'own-alert' && Object.hasOwn(OWN, name) ? OWN[name] : undefined;
}

/** Who is told at once, by rule, shall know that it may go without them. */
function underWay({ state, pagesInParallel }: IncidentView['incident']): string | undefined {
  if (!pagesInParallel || state === 'escalated') return undefined;
  return 'You need not act yet: if remedyd heals it this page is resolved by itself, and if not you are told here.';
}

/** What is still owed when it is over. */
function postMortem({ incident, postMortemDueAt: due = null }: IncidentView, now: Time): readonly string[] {
  if (due === null) return [];
  return [
    `The post-mortem is due by ${when(due, now)}. When it is written: /remedyd note ${incident.id} post-mortem: where it is`,
  ];
}

/** What the remediation asks of a person. */
function handedOver(view: IncidentView): string | undefined {
  return view.incident.reason === 'handed-over' ? toldByRun(view)?.rest || undefined : undefined;
}

/** What would have spared the page, for the next time. */
function missed(view: IncidentView): string | undefined {
  const held = heldBack(view);
  // Without a full stop: a command is copied with whatever stands behind it.
  return held === null ? undefined : `remedyd was held back at ${held.at}. What would have let it act: ${held.change}`;
}

function whoAnswers(from: string | null, needs: number): string {
  if (from === null) return 'But nobody may: the config names no approver.';
  const who = cleanLine(from, 100);
  return needs === 1
    ? `One answer from ${who} is enough.`
    : `${needs} people of ${who} must approve; one denial ends it.`;
}
